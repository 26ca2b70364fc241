#!/usr/bin/env bash
# The tests of the finder and its benchmark without vector instructions, as on a processor that has none we know.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/portable RUSTFLAGS="--cfg panveil_portable"
cargo test -q -p panveil --lib scan::
cargo test -q -p panveil --test scan --test scan_tokens
cargo bench -q -p panveil-benches --bench scan -- --quick
