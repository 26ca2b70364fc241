#!/usr/bin/env bash
# How fast `panveil protect` is and how much memory it takes, with and without --seal.
# Usage: scripts/measure-protect.sh [ROWS [RUNS]]; needs a release build, which `make measure` makes first.
# On a machine with other work the processor time says more than the rows per second.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/release
rows=${1:-1000000} runs=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PANVEIL_PASSPHRASE=measure

"$bin/panveil" init "$work/vault" --profile dev >/dev/null
"$bin/examples/legacy_export" --rows "$rows" --planted "$work/planted.json" >"$work/legacy.csv"
printf '%s rows, %s MB, %s cores, load %s\n' "$rows" "$(($(stat -c %s "$work/legacy.csv") / 1000000))" "$(nproc)" \
  "$(cut -d' ' -f1 /proc/loadavg)"
printf '%-6s %12s %14s %12s\n' "" "rows/s" "processor s" "peak MB"

python3 - "$bin/panveil" "$work" "$runs" <<'PYTHON'
import json, os, resource, subprocess, sys
panveil, work, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
protect = [panveil, "protect", f"{work}/vault", "--in", f"{work}/legacy.csv", "--out", f"{work}/out.csv",
           "--pan-column", "card_number", "--layout", "auto", "--force", "--json"]
for name, more in (("plain", []), ("seal", ["--seal", "--record-column", "id"])):
    for _ in range(runs):
        process = subprocess.Popen(protect + more, stdout=subprocess.PIPE)
        summary = json.loads(process.stdout.read())
        # wait4 gives the figures of this one child, where RUSAGE_CHILDREN sums up.
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"protect ended with {status}")
        seconds = usage.ru_utime + usage.ru_stime
        print(f"{name:<6} {summary['rows_per_second']:>12,} {seconds:>14.2f} {usage.ru_maxrss / 1000:>12.0f}", flush=True)
PYTHON
