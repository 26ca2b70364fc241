#!/usr/bin/env bash
# The C ABI as its users have it: installed into a fresh prefix, then C and C++ programs against that prefix, plain, under
# the address and undefined-behaviour sanitizers, and under valgrind. Installs valgrind and cmake where they are missing.
#
#   scripts/test-ffi.sh [plain|sanitized|valgrind|all]     default: all
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
what=${1:-all}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
missing=()
for pair in g++:g++ valgrind:valgrind strace:strace cmake:cmake pkg-config:pkg-config make:make nm:binutils; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "test-ffi: please install: ${missing[*]}" >&2; exit 1; }
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

work=$(mktemp -d)
# Vaults sync their files at every record; what is tested here is not the disk.
vaults=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "$work")")
trap 'rm -rf "$work" "$vaults"' EXIT
prefix=$work/prefix
tests=$PWD/ffi/tests
c_flags=(-std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -pedantic -g -pthread)
cpp_flags=(-Wall -Wextra -Werror -pedantic -g -pthread)

# First with faults, then without: the second build is the one that is installed.
cargo build --locked -p panveil-ffi --features faults
cp "${CARGO_TARGET_DIR:-target}/debug/libpanveil_ffi.so" "$work/libfaults.so"
PROFILE=dev bash scripts/install-ffi.sh "$prefix"
cargo run --locked -q -p panveil-ffi --example vector_vaults -- vectors "$vaults/roots"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs panveil)"
flags+=("-Wl,-rpath,$(pkg-config --variable=libdir panveil)")

build() { # NAME FLAGS...
  local name=$1
  shift
  mkdir -p "$work/bin"
  case $name in
    owners*) g++ "${cpp_flags[@]}" "$@" "$tests/cpp/owners.cpp" -o "$work/bin/$name" "${flags[@]}" ;;
    *) gcc "${c_flags[@]}" "$@" "$tests/c/${name%%-*}.c" -o "$work/bin/$name" "${flags[@]}" ;;
  esac
}

run() { # NAME WRAPPER...: with a folder of its own, and a time after which it counts as hanging
  local name=$1 folder
  shift
  folder=$(mktemp -d -p "$vaults")
  case ${name%%-*} in
    vectors) cp -r vectors/vault_v1 "$folder/vault" ;;
    roots) cp -r "$vaults/roots" "$folder/vault" ;;
  esac
  SECONDS=0
  timeout 600 "$@" "$work/bin/$name" "$folder/vault"
  echo "test-ffi: $name${1:+ under $1} ($SECONDS s)"
  rm -rf "$folder"
}

plain() {
  build exports
  mapfile -t symbols < <(nm -D --defined-only "$work/libfaults.so" | awk '{print $3}')
  "$work/bin/exports" "$work/libfaults.so" "${symbols[@]}"
  # What is installed has no fault injection, and exports what the header declares and nothing else.
  mapfile -t exported < <(nm -D --defined-only "$prefix/lib/libpanveil.so" | awk '{print $3}' | sort)
  mapfile -t declared < <(grep -oE '\bpanveil_[a-z_0-9]+\(' ffi/include/panveil.h | tr -d '(' | sort -u)
  diff <(printf '%s\n' "${declared[@]}") <(printf '%s\n' "${exported[@]}")

  for name in vectors roots refusals batches redaction callbacks threads fork; do build $name; run $name; done
  build owners -std=c++17 && run owners
  build owners-bare -std=c++17 -fno-exceptions && run owners-bare
  build owners-20 -std=c++20 -DPANVEIL_EXCEPTIONS && run owners-20
  examples
  documentation
  trace
  consumer
}

# The examples, compiled as their first lines say.
examples() {
  local out line handle
  for name in protect reveal; do
    gcc -std=c11 -Wall -Wextra -Werror "ffi/examples/$name.c" "${flags[@]}" -o "$work/bin/$name"
  done
  out=$("$work/bin/protect" "$vaults/example")
  echo "$out"
  while read -r digits format masked sealed; do
    handle=$format:$digits
    line=$("$work/bin/reveal" "$vaults/example" "$handle")
    case $line in "${masked%%\**}"*"${masked##*\*}") ;; *) echo "test-ffi: reveal gave another card" >&2; return 1 ;; esac
    [ ${#line} = ${#masked} ]
  done <<<"$out"
  [ "$("$work/bin/reveal" "$vaults/example" "$(awk 'NR==1{print $4}' <<<"$out")" C00000001)" = 4111111111111111 ]
  if "$work/bin/reveal" "$vaults/example" "$(awk 'NR==1{print $3}' <<<"$out")" 2>"$work/denied"; then return 1; fi
  grep -q 205 "$work/denied"
  echo "test-ffi: examples"
}

# The fragments of docs/c.md, in functions that give them what they speak of.
documentation() {
  fragment() { awk -v fence="\`\`\`$1" '$0 == fence {on = 1; next} /^```/ {on = 0} on' docs/c.md; }
  {
    echo '#include <panveil.h>'
    echo '#include <string.h>'
    echo 'void example(panveil_vault *vault, const uint8_t *pan, size_t pan_length, const uint8_t *jwt, size_t jwt_length);'
    echo 'void on_hit(void *context, const panveil_hit *hit);'
    echo 'uint32_t write_out(void *context, const uint8_t *text, size_t length);'
    echo 'extern void *alerts, *file; extern const uint8_t *line, *piece; extern size_t line_length, piece_length;'
    echo 'void example(panveil_vault *vault, const uint8_t *pan, size_t pan_length, const uint8_t *jwt, size_t jwt_length) {'
    echo 'panveil_redactor *redactor; uint8_t redacted[512]; size_t redacted_length;'
    echo 'panveil_tokenizer *tokenizer; panveil_token token; panveil_gate *gate; panveil_session *session;'
    echo 'uint8_t value[PANVEIL_PAN_CAPACITY]; size_t length;'
    fragment c
    echo '}'
  } >"$work/fragment.c"
  {
    echo '#include <panveil.hpp>'
    echo 'void example(panveil::bytes directory, panveil::open_options options, panveil::bytes pan, panveil::bytes jwt,'
    echo '             panveil::reveal_request request) {'
    fragment cpp
    echo '}'
  } >"$work/fragment.cpp"
  [ "$(wc -l <"$work/fragment.c")" -gt 20 ] && [ "$(wc -l <"$work/fragment.cpp")" -gt 8 ]
  gcc -std=c11 -Wall -Wextra -Werror -Iffi/include -fsyntax-only "$work/fragment.c"
  g++ -std=c++17 -Wall -Wextra -Werror -Wno-unused-but-set-variable -Iffi/include -fsyntax-only "$work/fragment.cpp"
  echo "test-ffi: docs/c.md"
}

# AC-60: no network, and no file beyond the vault, the libraries, and what names the machine's start.
trace() {
  strace -f -qq -e trace=network,%file -o "$work/trace" "$work/bin/protect" "$vaults/traced" >/dev/null
  if grep -E '\b(socket|connect|bind|listen|sendto|sendmsg)\(' "$work/trace"; then return 1; fi
  grep -oE '"(/[^"]*)"' "$work/trace" | tr -d '"' | sort -u |
    grep -vE "^($vaults|$work|/etc/ld.so|(/usr)?/lib|/proc/sys/kernel/random/boot_id$|/proc/self/|/sys/fs/cgroup|/dev/u?random$)" \
      >"$work/touched" || true
  # The folders above the vault are looked at when it is moved into place.
  grep -vxF -e / -e /dev -e /dev/shm -e "$(dirname "$vaults")" -e /tmp "$work/touched" >"$work/beyond" || true
  if [ -s "$work/beyond" ]; then cat "$work/beyond" >&2; echo "test-ffi: files beyond the vault" >&2; return 1; fi
  echo "test-ffi: no network, no file beyond the vault"
}

# Somebody else's CMake project, against the prefix after it was moved.
consumer() {
  mv "$prefix" "$work/moved"
  cmake -S "$tests/consumer" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/moved" -DEXAMPLES="$PWD/ffi/examples" \
    >"$work/cmake.log" || { cat "$work/cmake.log" >&2; return 1; }
  cmake --build "$work/cmake" >"$work/cmake.log" 2>&1 || { cat "$work/cmake.log" >&2; return 1; }
  mv "$work/moved" "$prefix"
  "$work/cmake/protect_static" "$vaults/static" >"$work/static.out"
  [ "$(wc -l <"$work/static.out")" = 2 ]
  if readelf -d "$work/cmake/protect_static" | grep -q libpanveil; then return 1; fi
  LD_LIBRARY_PATH=$prefix/lib "$work/cmake/owners" "$vaults/cmake"
  echo "test-ffi: cmake"
}

sanitized() {
  local sanitize=(-fsanitize=address,undefined -fno-sanitize-recover=all)
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
  for name in vectors roots refusals batches redaction callbacks threads fork; do build $name-asan "${sanitize[@]}"; run $name-asan; done
  build owners-asan -std=c++20 "${sanitize[@]}" && run owners-asan
}

# Side by side, because most of their time is Argon2 on a slow machine.
valgrind_() {
  local leaks jobs=() job
  export PANVEIL_TEST_ROUNDS=10000
  for name in vectors refusals batches redaction fork; do
    build $name
    # A forked child must leave alone what the parent's threads hold, which a leak check takes for lost.
    leaks=full
    if [ $name = fork ]; then leaks=no; fi
    run $name valgrind -q --error-exitcode=9 --leak-check=$leaks --show-leak-kinds=definite \
      --errors-for-leak-kinds=definite &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
}

case $what in
  plain) plain ;;
  sanitized) sanitized ;;
  valgrind) valgrind_ ;;
  all) plain; sanitized; valgrind_ ;;
  *) echo "usage: scripts/test-ffi.sh [plain|sanitized|valgrind|all]" >&2; exit 2 ;;
esac
echo "test-ffi: everything passed"
