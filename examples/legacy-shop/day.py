"""An ordinary day in the shop: customers order, some of them type the card number into a wrong field first; alice of the desk logs
in and looks for a card.

    day.py PORT LIST ORDERS IDENTITY

Adds the new cards to LIST, which the referee of the attack reads. IDENTITY is a signed identity token for alice, for the shop
that asks for one; it may be empty.
"""

import csv
import random
import sys

from client import Shop

NAMES = ["山田 花子", "Kate Wilson", "松本 太郎", "Liam Scott", "井上 直美", "Mia Turner"]
SLIPS = 5  # one customer of so many types the number into the field of the amount first; each brand does in its turn
PREFIXES = [("4", 16), ("5234", 16), ("3540", 16), ("37", 15), ("36", 14), ("6250", 19)]


def card_number(prefix, length, digits):
    number = prefix + "".join(digits.choice("0123456789") for _ in range(length - len(prefix) - 1))
    return next(number + check for check in "0123456789" if passes_luhn(number + check))


def passes_luhn(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def main(port, path, orders, identity):
    digits = random.Random(2_415_750)
    customer = Shop(int(port))
    with open(path, "a", encoding="utf-8", newline="") as file:
        cards = csv.writer(file)
        for at in range(int(orders)):
            number = card_number(*PREFIXES[at % len(PREFIXES)], digits)
            code = "".join(digits.choice("123456789") for _ in range(4 if len(number) == 15 else 3))
            name = f"{NAMES[at % len(NAMES)]} {chr(65 + at % 26)}{at}"
            typed = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
            form = {
                "name": name, "email": f"day{at}@shop.example", "item": "Teapot 急須", "amount": 10_000 + 7 * at,
                "number": typed, "expiry": "12/29", "code": code,
            }
            # The fault that comes of it goes to the log, with what was typed.
            if at % SLIPS == 0 and customer.post("/order", **{**form, "amount": typed}).status != 500:
                sys.exit(f"day: order {at} has an amount that is none, and was taken")
            answer = customer.post("/order", **form)
            if answer.status != 200:
                sys.exit(f"day: order {at} was answered with {answer.status}")
            cards.writerow(["", number, "12/29", code, name])
    desk = Shop(int(port))
    login = desk.post("/admin/login", login="alice", password="sunshine", id_token=identity)
    if login.status != 200:
        sys.exit(f"day: alice's login was answered with {login.status}")
    if not list(desk.get("/admin/search", text=name).rows()):
        sys.exit("day: alice does not find the last customer's card")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
