#!/usr/bin/env bash
# Makes sure that a C compiler and a Rust toolchain of at least the version in Cargo.toml are there; with `java` as its
# argument also a JDK, Maven and patch.
# Installs what is missing from the distribution's packages; says what to do where it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
wanted=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml | head -n 1)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

packages_updated=
install_packages() {
  if ! command -v apt-get >/dev/null; then
    echo "toolchain: please install: $*" >&2
    exit 1
  fi
  if [ -z "$packages_updated" ]; then as_root apt-get update -q; packages_updated=1; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# The bundled SQLite is compiled from C.
command -v cc >/dev/null || install_packages gcc libc6-dev
command -v python3 >/dev/null || install_packages python3

if [ "${1:-}" = java ]; then
  command -v javac >/dev/null || install_packages default-jdk-headless
  command -v mvn >/dev/null || install_packages maven
  command -v patch >/dev/null || install_packages patch
fi

new_enough() {
  command -v cargo >/dev/null || return 1
  local have
  have=$(cargo --version 2>/dev/null | awk '{print $2}' | cut -d- -f1)
  [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ]
}

if ! new_enough; then
  # The distribution's own cargo may be older than the floor; rustup is packaged since Debian 13 and Ubuntu 24.04.
  if ! command -v rustup >/dev/null; then
    install_packages ca-certificates
    install_packages rustup || true
  fi
  if command -v rustup >/dev/null; then
    rustup toolchain install stable --profile minimal --component rustfmt --component clippy
    rustup default stable
  fi
  if ! new_enough; then
    echo "toolchain: Rust $wanted or newer is needed. Install rustup (https://rustup.rs), then run this again." >&2
    exit 1
  fi
fi
