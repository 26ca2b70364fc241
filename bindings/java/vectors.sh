#!/usr/bin/env bash
# Makes the vaults of known roots that tests compare with vectors/; $1 is the folder to make them in.
set -euo pipefail
folder=$1
cd "$(dirname "$0")/../.."
export PATH="$HOME/.cargo/bin:$PATH"
rm -rf "$folder"
cargo run --quiet --locked -p panveil-ffi --example vector_vaults -- vectors "$folder"
