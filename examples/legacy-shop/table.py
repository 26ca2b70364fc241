"""Prints what the attack got, and checks it. Exit status 0 only if every check held.

    table.py RESULT                                           of one variant
    table.py BEFORE AFTER AUDIT CHANGED_LINES FILES SECRET    of both: FILES holds all bytes of the files that the attack read
                                                              from the second, SECRET is the passphrase of its vault
"""

import json
import os
import sys

BUDGET = 20  # cards in 10 minutes for one person: policy.toml of a new dev vault
MOST_CHANGED_LINES = 150


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def print_table(results, titles):
    width = max(len(attack["attack"]) for attack in results[0]["attacks"])
    print(f"   {'':{width}}" + "".join(f" | {title:^30}" for title in titles))
    head = f" | {'full numbers':>12} {'codes':>7} {'requests':>9}"
    print(f"   {'attack':{width}}" + head * len(results))
    for rows in zip(*(result["attacks"] for result in results)):
        line = f"   {rows[0]['attack']:{width}}"
        for row in rows:
            codes = "-" if row["codes"] is None else row["codes"]
            line += f" | {row['numbers']:>12,} {codes:>7} {row['requests']:>9,}"
        print(line)
    line = f"   {'all of it together, distinct':{width}}"
    for result in results:
        line += f" | {result['all']:>5,} of {result['cards']:>3,} {'':>7} {'':>9}"
    print(line)


def checks(before, after, audit, changed, files, secret):
    """What was expected and what came, row by row."""
    everything, orders = before["cards"], before["orders"]
    numbers = {row["name"]: row["numbers"] for row in before["attacks"]}
    codes = {row["name"]: row["codes"] for row in before["attacks"]}
    yield "before: injection, files, walk and sessions give every card", [everything] * 5, [
        numbers[name] for name in ("injection", "files", "walk", "elsewhere", "desk")]
    yield "before: the log gives the day's cards", orders, numbers["log"]
    yield "before: security codes from tables and log", [everything, orders], [codes["injection"], codes["log"]]
    yield "before: passwords from the table work", True, before["passwords_worked"]

    numbers = {row["name"]: row["numbers"] for row in after["attacks"]}
    yield "after: the attack saw the whole card table", everything, after["card_rows"]
    yield "after: injection, log, files and walk give no card", [0] * 4, [
        numbers[name] for name in ("injection", "log", "files", "walk")]
    yield "after: a stolen session gives no card elsewhere", 0, numbers["elsewhere"]
    # What was under way when the lock fell is stopped, too: it may be some fewer than the budget.
    yield f"after: at the desk's machine, {numbers['desk']} cards, no more than the budget of {BUDGET}", True, (
        BUDGET - after["threads"] < numbers["desk"] <= BUDGET)
    yield "after: all attacks together give no other card", numbers["desk"], after["all"]
    yield "after: security codes", 0, sum(row["codes"] or 0 for row in after["attacks"])
    yield "after: a session was there to be stolen", True, after["session_stolen"]
    yield "after: no password logs in", False, after["passwords_worked"]
    yield "after: the files read hold no passphrase", [True, 0], [len(secret) >= 32, files.count(secret.encode())]

    yield "the audit log is whole", True, audit["whole"]
    yield "revealed, as the audit log counts", [numbers["desk"], ["alice for chargeback"]], [audit["revealed"], audit["to"]]
    yield "locked", ["alice"], audit["locked"]
    yield f"lines changed in the program, under {MOST_CHANGED_LINES}", True, int(changed) < MOST_CHANGED_LINES


def main(*paths):
    if len(paths) == 1:
        print_table([load(paths[0])], [os.path.basename(paths[0]).split(".")[0]])
        return 0
    before, after, audit = map(load, paths[:3])
    changed, secret = paths[3], paths[5]
    with open(paths[4], "rb") as file:
        files = file.read()
    print_table([before, after], ["before", "after"])
    refused = ", ".join(f"{count:,} {reason}" for reason, count in sorted(audit["refused"].items()))
    print(f"\n   panveil's audit log: {audit['records']:,} records, {'whole' if audit['whole'] else 'NOT WHOLE'};"
          f" {audit['revealed']} cards revealed, to {', '.join(audit['to'])};")
    print(f"   refused: {refused}; locked: {', '.join(audit['locked'])}")
    print(f"   the program changed by {changed} lines\n")
    faults = 0
    for what, expected, came in checks(before, after, audit, changed, files, secret):
        good = expected == came
        faults += not good
        print(f"   {'ok ' if good else 'BAD'}  {what}: {came}" + ("" if good else f" (expected: {expected})"))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 7):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
