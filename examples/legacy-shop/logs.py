"""Compares the logs of the same day in the shop before and after panveil, and scans them: nothing but card data may be gone.

    logs.py PANVEIL LIST BEFORE AFTER    exit status 0 only if every check held

BEFORE and AFTER are the directories of the two shops; beside each lies `.day.log`, its log when the day was over, before the attack.
"""

import json
import re
import subprocess
import sys

from referee import Referee

# What differs between any two days, and what the patch moved in the program.
VARIES = [
    (r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "SESSION"),
    (r"\.java:\d+\)", ".java)"),
]
# What the patch takes out of the program's own texts.
REMOVED = [(r" code \d{3,4}(?= amount )", ""), (r"login: alice from", "login: from")]


def lines(path, changes):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for pattern, text_instead in changes:
        text = re.sub(pattern, text_instead, text, flags=re.M)
    return text.splitlines()


def masked(line, numbers):
    """With a mask in place of each card number of the list, as typed or plain."""
    for number in numbers:
        mask = "*" * (len(number) - 4) + number[-4:]
        line = re.sub(" ?".join(number), mask, line)
    return line


def finds(panveil, path):
    """How many card numbers and codes `panveil scan` finds in a file or directory, and its exit status."""
    done = subprocess.run([panveil, "scan", path, "--json"], stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)["totals"]["finds"], done.returncode


def main(panveil, path, before, after):
    referee = Referee(path)
    day = [card["number"] for card in referee.cards if not card["card"]]
    wanted = [masked(line, day) for line in lines(before + ".day.log", VARIES + REMOVED)]
    came = lines(after + ".day.log", VARIES)
    by_mistake = sum("For input string" in line for line in wanted)
    found, status = finds(panveil, before + ".day.log")
    checks = [
        (f"before: panveil scan finds {found} in the day's log", True, status == 1 and found >= 2 * len(day) + by_mistake),
        ("before: numbers typed into a wrong field are in it, in exceptions", True, by_mistake > 0),
        ("after: panveil scan finds nothing in it", (0, 0), finds(panveil, after + ".day.log")),
        ("before: after the attack, too, the log holds card numbers", 1, finds(panveil, before + "/log")[1]),
        ("after: panveil scan finds nothing in what the attack left there", (0, 0), finds(panveil, after + "/log")),
        (f"after: {len(came)} lines, and all that is no card data stands in them", True, came == wanted and len(came) > len(day)),
    ]
    faults = 0
    for what, expected, result in checks:
        good = expected == result
        faults += not good
        print(f"   {'ok ' if good else 'BAD'}  {what}: {result}" + ("" if good else f" (expected: {expected})"))
    for old, new in zip(wanted, came):
        if old != new:
            sys.exit(f"   BAD  the first line that differs:\n     {old}\n     {new}")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
