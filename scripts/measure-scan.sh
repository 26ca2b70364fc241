#!/usr/bin/env bash
# How fast `panveil scan` is and how much memory it takes: finding, finding in gzip, and redacting into a folder.
# Usage: scripts/measure-scan.sh [MB [RUNS]]; needs a release build, which `make measure` makes first.
# The tree is a log of a shop in eight files (corpus/): three of ten bytes are digits, a card number stands in every 10 KB.
# Best of RUNS. On a machine with other work the processor time says more than the seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/release
mb=${1:-256} runs=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/plain" "$work/gz"
for at in 1 2 3 4 5 6 7 8; do
  "$bin/panveil-corpus" log $((mb * 1000000 / 8)) "$at" >"$work/plain/$at.log"
  gzip -c "$work/plain/$at.log" >"$work/gz/$at.log.gz"
done
printf '%s MB of text in 8 files, %s MB as gzip, %s cores, load %s\n' "$mb" \
  "$(($(du -sb "$work/gz" | cut -f1) / 1000000))" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
printf '%-12s %8s %14s %9s %7s %12s %9s\n' "" "threads" "bytes" "seconds" "GB/s" "processor s" "peak MB"

python3 - "$bin/panveil" "$work" "$runs" <<'PYTHON'
import json, os, shutil, subprocess, sys, time
panveil, work, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
text = sum(entry.stat().st_size for entry in os.scandir(f"{work}/plain"))
finds = None
for name, tree, more in (
    ("plain", "plain", []),
    ("gzip", "gz", []),
    ("redact", "plain", ["--redact", "--out", f"{work}/out"]),
):
    for threads in (1, 2):
        best = None
        for _ in range(runs):
            shutil.rmtree(f"{work}/out", ignore_errors=True)
            begin = time.monotonic()
            process = subprocess.Popen(
                [panveil, "scan", f"{work}/{tree}", "--threads", str(threads), "--json", *more], stdout=subprocess.PIPE
            )
            # Its peak is read when it begins to write the report, which it cannot end before that is taken. The one of wait4
            # counts what this program had before the other one began.
            report = process.stdout.read(1)
            with open(f"/proc/{process.pid}/status") as status:
                peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024
            report = json.loads(report + process.stdout.read())
            # wait4 gives the figures of this one child, where RUSAGE_CHILDREN sums up.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begin
            if os.waitstatus_to_exitcode(status) != 1 or report["not_looked_into"] or report["not_redacted"]:
                sys.exit(f"{name}: scan ended with {status}")
            if finds not in (None, report["totals"]["finds"]):
                sys.exit(f"{name}: {report['totals']['finds']} finds, not {finds}")
            finds = report["totals"]["finds"]
            figures = (seconds, usage.ru_utime + usage.ru_stime, peak / 1e6)
            best = min(best or figures, figures)
        print(
            f"{name:<12} {threads:>8} {text:>14,} {best[0]:>9.2f} {text / best[0] / 1e9:>7.2f} {best[1]:>12.2f} {best[2]:>9.1f}",
            flush=True,
        )
print(f"{finds:,} finds in each run")
PYTHON
