#!/usr/bin/env bash
# What a call through the C ABI costs, with a release build.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash scripts/install-ffi.sh "$work/prefix"
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs panveil)"
gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -pthread ffi/benches/overhead.c -o "$work/overhead" "${flags[@]}" \
  "-Wl,-rpath,$work/prefix/lib"
printf '%s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
"$work/overhead" "$work/vault"
