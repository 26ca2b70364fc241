#!/usr/bin/env bash
# Runs every fuzzer, or those named, under libFuzzer with the address sanitizer, FUZZ_SECONDS each (default 60).
#
#   scripts/fuzz.sh [--keep] [TARGET...]
#
# What libFuzzer finds new lies in fuzz/target/found/TARGET; --keep merges what adds coverage, small inputs only, into
# fuzz/corpus/TARGET. An input that breaks a promise is left in fuzz/artifacts/TARGET: fix the fault, and put the
# input into fuzz/regressions/TARGET under the name of the fault.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
seconds=${FUZZ_SECONDS:-60}
triple=$(rustc -vV | sed -n 's/^host: //p')

keep=
if [ "${1:-}" = --keep ]; then keep=1; shift; fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in fuzz/fuzz_targets/*.rs; do name=${file##*/}; targets+=("${name%.rs}"); done
fi

# Coverage and sanitizers are unstable flags of the compiler: of a nightly one, or of a stable one that is told to
# take them. They are what `cargo fuzz` passes; they are written out so that it need not be installed.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Zsanitizer=address"
toolchain=()
if command -v rustup >/dev/null && rustup run nightly rustc --version >/dev/null 2>&1; then
  toolchain=(rustup run nightly)
else
  export RUSTC_BOOTSTRAP=1
fi
echo "fuzz: building with $("${toolchain[@]}" rustc --version)"
build=()
for target in "${targets[@]}"; do build+=(--bin "fuzz_$target"); done
# With --target the flags reach neither build scripts nor macros, which must run without a sanitizer.
RUSTFLAGS="$flags" "${toolchain[@]}" cargo build --locked --release --manifest-path fuzz/Cargo.toml \
  --target "$triple" --target-dir fuzz/target --features libfuzzer "${build[@]}"

scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch # vaults that fuzzers make
status=0
for target in "${targets[@]}"; do
  program=fuzz/target/$triple/release/fuzz_$target
  found=fuzz/target/found/$target
  mkdir -p "$found" "fuzz/artifacts/$target"
  kept=()
  for directory in "fuzz/corpus/$target" "fuzz/regressions/$target"; do
    if [ -d "$directory" ]; then kept+=("$directory"); fi
  done
  log=fuzz/target/found/$target.log
  echo "fuzz: $target, $seconds s"
  if "$program" "$found" "${kept[@]}" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 \
    -dict="fuzz/dictionaries/$target.dict" -artifact_prefix="fuzz/artifacts/$target/" -print_final_stats=1 \
    >"$log" 2>&1; then
    grep -hE 'DONE|stat::(number_of_executed_units|average_exec_per_sec|slowest_unit_time_sec)' "$log" || true
  else
    tail -n 40 "$log" >&2
    echo "fuzz: $target broke a promise; the input is in fuzz/artifacts/$target" >&2
    status=1
    continue
  fi
  if [ -n "$keep" ]; then
    merged=$scratch/merged
    rm -rf "$merged"; mkdir "$merged"
    "$program" -merge=1 -max_len=1024 -timeout=20 "$merged" "fuzz/corpus/$target" "$found" >/dev/null 2>&1 || true
    # The shortest that add the most: enough for a replay in seconds.
    find "$merged" -type f -size -2k -printf '%s %p\n' | sort -n | awk '{print $2}' | head -n 40 |
      while read -r file; do cp "$file" "fuzz/corpus/$target/found-$(sha256sum "$file" | cut -c1-12)"; done
  fi
done
exit $status
