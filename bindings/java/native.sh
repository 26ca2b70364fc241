#!/usr/bin/env bash
# Builds the native library with cargo and puts it, with its SHA-256, where the jar takes it from.
# Called by the Maven build; $1 is the folder of the jar's classes, $2 the version.
set -euo pipefail
classes=$1 version=$2
cd "$(dirname "$0")/../.."
export PATH="$HOME/.cargo/bin:$PATH"
bash scripts/toolchain.sh
cargo build --quiet --locked --release -p panveil-jni
target=${CARGO_TARGET_DIR:-target}

case "$(uname -s)" in
  Linux) system=linux library=libpanveil_jni.so ;;
  Darwin) system=macos library=libpanveil_jni.dylib ;;
  *) echo "native.sh: no build for $(uname -s) here" >&2; exit 1 ;;
esac
machine=$(uname -m)
if [ "$machine" = arm64 ]; then machine=aarch64; fi
if [ "$system" = linux ] && ldd --version 2>&1 | grep -qi musl; then machine=$machine-musl; fi

own=$classes/META-INF/panveil
mkdir -p "$own/$system-$machine"
cp "$target/release/$library" "$own/$system-$machine/$library.new"
if command -v strip >/dev/null && [ "$system" = linux ]; then strip --strip-unneeded "$own/$system-$machine/$library.new"; fi
mv "$own/$system-$machine/$library.new" "$own/$system-$machine/$library"
if command -v sha256sum >/dev/null; then sum=sha256sum; else sum="shasum -a 256"; fi
$sum "$own/$system-$machine/$library" | cut -c 1-64 | tr -d '\n' >"$own/$system-$machine/sha256"
echo "version=$version" >"$own/build.properties"
# What the library is made of, for whoever has to answer for it.
mkdir -p "$classes/META-INF/sbom"
python3 scripts/sbom.py panveil-jni >"$classes/META-INF/sbom/panveil-jni.cdx.json"

# Nothing but the JVM's two entry points may be visible: two copies of this library must not see each other.
if [ "$system" = linux ] && command -v nm >/dev/null; then
  exported=$(nm -D --defined-only "$own/$system-$machine/$library" | awk '{print $3}' | sort | tr '\n' ' ')
  if [ "$exported" != "JNI_OnLoad JNI_OnUnload " ]; then
    echo "native.sh: the library exports: $exported" >&2
    exit 1
  fi
fi
