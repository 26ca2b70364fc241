#!/usr/bin/env bash
# Builds the C library and installs it with headers, pkg-config file and CMake package.
#
#   scripts/install-ffi.sh PREFIX     (or: make install PREFIX=...)
#
# DESTDIR is put before PREFIX, as packagers expect; PROFILE=dev installs an unoptimized build.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
prefix=${1:?usage: scripts/install-ffi.sh PREFIX}
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
profile=${PROFILE:-release}
cargo build --locked -p panveil-ffi --profile "$profile"
folder=$profile
[ "$profile" = dev ] && folder=debug
built=${CARGO_TARGET_DIR:-target}/$folder
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
place=${DESTDIR:-}$prefix

install -d "$place/include" "$place/lib/pkgconfig" "$place/lib/cmake/panveil"
install -m 644 ffi/include/panveil.h ffi/include/panveil.hpp "$place/include/"
install -m 755 "$built/libpanveil_ffi.so" "$place/lib/libpanveil.so.1.0"
ln -sf libpanveil.so.1.0 "$place/lib/libpanveil.so.1"
ln -sf libpanveil.so.1 "$place/lib/libpanveil.so"
install -m 644 "$built/libpanveil_ffi.a" "$place/lib/libpanveil.a"
fill() {
  sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" -e "s|@MAJOR@|$(cut -d. -f1 <<<"$version")|" \
    -e "s|@MINOR@|$(cut -d. -f2 <<<"$version")|" "$1" >"$2"
}
fill ffi/package/panveil.pc.in "$place/lib/pkgconfig/panveil.pc"
fill ffi/package/panveil-config-version.cmake.in "$place/lib/cmake/panveil/panveil-config-version.cmake"
install -m 644 ffi/package/panveil-config.cmake "$place/lib/cmake/panveil/"
install -d "$place/share/panveil"
python3 scripts/sbom.py panveil-ffi >"$place/share/panveil/panveil.cdx.json"
echo "installed panveil $version under $place"
