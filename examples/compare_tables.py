"""Looks at a protected table with eyes of its own: nothing here comes from panveil.

    compare_tables.py counts LEGACY PROTECTED REJECTS PLANTED   compares with what was planted; status 1 if not as planted
    compare_tables.py rows LEGACY PROTECTED                     shows some rows before and after, card numbers masked
    compare_tables.py card LEGACY PROTECTED ID WHAT             prints WHAT (pan, handle, sealed) of the row with this id
    compare_tables.py ids LEGACY PROTECTED COUNT                prints ids of COUNT rows with different 16-digit cards
"""

import csv
import json
import sys

csv.field_size_limit(1 << 20)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def digits(cell):
    return cell.replace(" ", "").replace("-", "")


def passes_luhn(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def masked(pan):
    """At most BIN and last four, and the BIN only where PCI FAQ 1091 permits both."""
    shown = pan[:6] if len(pan) >= 16 else ""
    return shown + "*" * (len(pan) - len(shown) - 4) + pan[-4:]


def counts(legacy, protected, rejects, planted):
    with open(planted, encoding="utf-8") as file:
        planted = json.load(file)
    pans = {row["id"]: digits(row["card_number"]) for row in rows(legacy)}
    all_pans = set(pans.values()) - {""}
    tokens, token_of, empty, wrong_mask, luhn, kept = 0, {}, 0, 0, 0, 0
    columns = []
    for row in rows(protected):
        columns = list(row)
        pan, token = pans[row["id"]], row["token"]
        if token:
            tokens += 1
            token_of.setdefault(pan, set()).add(token)
            wrong_mask += row["masked"] != "*" * (len(pan) - 4) + pan[-4:]
            luhn += passes_luhn(token)
        else:
            empty += 1
        kept += token in all_pans or any(digits(row[name]) in all_pans for name in ("name", "memo", "email"))
    reasons = {}
    for row in rows(rejects):
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
    distinct = {token for some in token_of.values() for token in some}
    table = [
        ("rows with a card, protected", planted["cards"], tokens),
        ("rows without a card, kept", planted["empty"], empty),
        ("rejected: wrong check digit (PanLuhn)", planted["wrong_check_digit"], reasons.pop("PanLuhn", 0)),
        ("rejected: a card in another column (PanElsewhere)", planted["card_in_memo"], reasons.pop("PanElsewhere", 0)),
        ("rejected for any other reason", 0, sum(reasons.values())),
        ("different tokens for as many different cards", len(token_of), len(distinct)),
        ("tokens that pass the check of a card number", 0, luhn),
        ("masks that are not the last four", 0, wrong_mask),
        ("card numbers left in the protected table", 0, kept),
        ("columns of security codes left", 0, sum("security" in name for name in columns)),
    ]
    good = True
    for what, expected, came in table:
        good &= expected == came
        print(f"  {'ok ' if expected == came else 'BAD'}  {what:<52} {expected:>9,} {came:>9,}")
    return 0 if good else 1


def pairs(legacy, protected):
    after = {row["id"]: row for row in rows(protected)}
    for before in rows(legacy):
        row = after.get(before["id"])
        if row and row["token"]:
            yield digits(before["card_number"]), row


def show_rows(legacy, protected):
    line = "  {:<10} {:<20} {:<20} {:<7} {:<20} {}"
    print(line.format("id", "before (masked here)", "token", "format", "masked", "sealed"))
    lengths = set()
    for pan, row in pairs(legacy, protected):
        if len(pan) in lengths:
            continue
        lengths.add(len(pan))
        sealed = row["sealed"]
        cells = (row["id"], masked(pan), row["token"], row["token_format"], row["masked"])
        print(line.format(*cells, f"{sealed[:12]}... ({len(sealed)} characters)"))
        if len(lengths) == 6:
            break
    return 0


def card(legacy, protected, wanted, what):
    for pan, row in pairs(legacy, protected):
        if row["id"] == wanted:
            values = {"pan": pan, "handle": f"{row['token_format']}:{row['token']}", "sealed": row.get("sealed")}
            print(values[what])
            return 0
    return 1


def ids(legacy, protected, count):
    seen = set()
    for pan, row in pairs(legacy, protected):
        if len(pan) == 16 and pan not in seen:
            seen.add(pan)
            print(row["id"])
            if len(seen) == int(count):
                return 0
    return 1


if __name__ == "__main__":
    commands = {"counts": counts, "rows": show_rows, "card": card, "ids": ids}
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
