#!/usr/bin/env bash
# Instructions of ten operations, counted by callgrind, against benches/instructions.json: fails above +5 %.
#   --update  writes the file anew.
#
# Unlike times, counts come out the same on a busy machine. They are those of the AES-NI code, with software SHA-256:
# valgrind has no AVX-512, VAES or SHA instructions and hides them from the program.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
baseline=benches/instructions.json
compiler=$(rustc --version)

if [ "$(uname -m)" != x86_64 ]; then
  echo "instructions: the baseline is of x86_64, this is $(uname -m): skipped"
  exit 0
fi
if [ "${1:-}" != --update ] && ! python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["compiler"] != sys.argv[2])' "$baseline" "$compiler"; then
  echo "instructions: $baseline is of another compiler than $compiler: skipped (--update writes it anew)"
  exit 0
fi
if ! command -v valgrind >/dev/null; then
  if [ "$(id -u)" = 0 ]; then as_root=(); else as_root=(sudo); fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends valgrind
fi

# The counts are those of the release profile, whatever the environment says.
unset RUSTFLAGS CARGO_PROFILE_RELEASE_LTO CARGO_PROFILE_RELEASE_CODEGEN_UNITS
cargo build --release --locked -q -p panveil-benches --example instructions
program=${CARGO_TARGET_DIR:-target}/release/examples/instructions

# All instructions of one run: start, end and the operation TIMES times.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
    sed -n 's/^==[0-9]*== Collected : //p' | grep . || { echo "instructions: $1 did not run" >&2; return 1; }
}

counts=
while read -r name times; do
  once=$(count "$name" "$times")
  twice=$(count "$name" $((2 * times)))
  counts+="$name $(((twice - once) / times))"$'\n'
done < <("$program")

python3 - "$baseline" "$compiler" "${1:-}" "$counts" <<'END'
import json, sys

path, compiler, option, lines = sys.argv[1:]
counts = {name: int(count) for name, count in (line.split() for line in lines.splitlines())}
if option == "--update":
    with open(path, "w") as file:
        json.dump({"compiler": compiler, "counts": counts}, file, indent=2)
        file.write("\n")
    print(f"instructions: wrote {path}")
    known = counts
else:
    known = json.load(open(path))["counts"]
worse = []
if set(known) != set(counts):
    worse.append("other operations than in the baseline: " + ", ".join(sorted(set(known) ^ set(counts))))
print(f"{'instructions of':<24} {'now':>9} {'before':>9}")
for name, count in counts.items():
    before = known.get(name, count)
    change = 100 * (count / before - 1)
    print(f"{name:<24} {count:>9} {before:>9} {change:>+7.1f} %")
    if change > 5:
        worse.append(f"{name} takes {change:.1f} % more instructions than {path} says")
for what in worse:
    print(f"instructions: {what}", file=sys.stderr)
sys.exit(bool(worse))
END
