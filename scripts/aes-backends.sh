#!/usr/bin/env bash
# The tests of FF1 and of batches, and the quick table, where AES is slower than here:
#   soft    software AES, in constant time
#   ni      AES-NI alone: a copy of the `aes` crate that never chooses its VAES code, for there is no flag for that
# Times of valgrind or an emulator would say nothing of a processor, so this is no emulation.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
base=${CARGO_TARGET_DIR:-$PWD/target}

run() { # NAME, then options of cargo
  local name=$1
  shift
  export CARGO_TARGET_DIR=$base/aes-$name
  echo "== $name: tests"
  cargo "$@" test -q -p panveil --features parallel --lib --test ff1 --test batch
  echo "== $name: figures"
  cargo "$@" bench -q -p panveil-benches --bench table -- --quick ||
    echo "(the floors are those of hardware AES)"
}

RUSTFLAGS='--cfg aes_backend="soft"' run soft

# The copy has another source than Cargo.lock says.
cp Cargo.lock "$base/Cargo.lock.kept"
trap 'cp "$base/Cargo.lock.kept" Cargo.lock' EXIT
original=$(cargo metadata --locked --format-version 1 | python3 -c '
import json, os, sys
packages = json.load(sys.stdin)["packages"]
print(*(os.path.dirname(p["manifest_path"]) for p in packages if p["name"] == "aes" and p["version"].startswith("0.9.")))')
rm -rf "$base/aes-ni-crate"
cp -r "$original" "$base/aes-ni-crate"
sed -i -E 's/self\.token\.vaes(256|512)\.get\(\)/false/' "$base/aes-ni-crate/src/lib.rs"
[ "$(grep -c 'if false {' "$base/aes-ni-crate/src/lib.rs")" = 4 ] || { echo "aes-backends: the crate has changed" >&2; exit 1; }
run ni --config "patch.crates-io.aes.path=\"$base/aes-ni-crate\""
