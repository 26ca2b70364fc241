#!/usr/bin/env bash
# One run of JMH (panveil, Bouncy Castle's FF1, AES/GCM of the JCE) and of the same calls in Rust, as one table.
# Each figure is the best of many short iterations: what the machine does besides only ever adds to it.
# BENCH_QUICK=1 for a run that only shows that it works.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
java=bindings/java
if [ -n "${BENCH_QUICK:-}" ]; then
  jmh=(-f 1 -wi 1 -w 1 -i 2 -r 200ms)
else
  jmh=(-f 1 -wi 4 -w 1 -i 30 -r 200ms)
fi

mvn -B -q -f "$java/pom.xml" -P bench -DskipTests -Dmaven.javadoc.skip=true verify
cargo build --quiet --locked --release -p panveil --features vault --example measure_calls
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

classpath=$(ls "$PWD/$java"/target/panveil-*.jar):$PWD/$java/target/test-classes:$(cat "$java/target/test.classpath")
options=$(java --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1 && echo --enable-native-access=ALL-UNNAMED)
java $options -cp "$classpath" org.openjdk.jmh.Main "${jmh[@]}" -jvmArgsAppend "$options" -rf json -rff "$work/jmh.json" \
  io.panveil.bench.Calls >"$work/jmh.log" 2>&1 || { cat "$work/jmh.log"; exit 1; }
"${CARGO_TARGET_DIR:-target}/release/examples/measure_calls" "$work/vault" >"$work/rust.txt"

java -version 2>&1 | head -n 1
grep -m 1 'model name' /proc/cpuinfo 2>/dev/null || true
python3 - "$work/jmh.json" "$work/rust.txt" <<'PYTHON'
import json, sys

java = {
    row["benchmark"].rsplit(".", 1)[1]: min(nanos for fork in row["primaryMetric"]["rawData"] for nanos in fork)
    for row in json.load(open(sys.argv[1]))
}
rust = {name: float(nanos) for name, nanos in (line.split() for line in open(sys.argv[2]))}
rows = [  # what, in JMH, in Rust, its peer
    ("FF1 6+4, Bouncy Castle", "bouncyCastle6Plus4", None, None),
    ("  tokenize(byte[])", "tokenize6Plus4", "tokenize6Plus4", "bouncyCastle6Plus4"),
    ("  tokenize(byte[]).value()", "tokenize6Plus4ToString", "tokenize6Plus4", "bouncyCastle6Plus4"),
    ("  tokenizeAll, heap", "tokenizeAllHeap", "tokenizeAll", "bouncyCastle6Plus4"),
    ("  tokenizeAll, direct", "tokenizeAllDirect", "tokenizeAll", "bouncyCastle6Plus4"),
    ("FF1 0+4, Bouncy Castle", "bouncyCastle0Plus4", None, None),
    ("  tokenize(byte[])", "tokenize0Plus4", "tokenize0Plus4", "bouncyCastle0Plus4"),
    ("AES-256-GCM, JCE", "jceAesGcm", None, None),
    ("  sealPan(byte[])", "sealPan", "sealPan", "jceAesGcm"),
    ("  sealAll", "sealAll", "sealAll", "jceAesGcm"),
    ("last4(byte[])", "maskLast4", "maskLast4", None),
    ("  last4All", "maskAll", "maskAll", None),
    ("fingerprint(byte[])", "fingerprint", "fingerprint", None),
    ("  fingerprintAll", "fingerprintAll", "fingerprintAll", None),
]
print(f"{'ns a card, best iteration':<30}{'Java':>9}{'Rust':>9}{'over Rust':>11}{'than peer':>11}")
for what, name, native, peer in rows:
    line = f"{what:<30}{java[name]:>9.1f}"
    if native:
        line += f"{rust[native]:>9.1f}{java[name] - rust[native]:>+11.1f}"
    if peer:
        line += f"{'' if native else ' ' * 20}{java[peer] / java[name]:>10.1f}x"
    print(line)
PYTHON
