"""What the audit log of the vault says after the attack, as JSON: PANVEIL VAULT_DIR, the passphrase in PANVEIL_PASSPHRASE."""

import collections
import json
import subprocess
import sys


def ask(panveil, *arguments):
    done = subprocess.run([panveil, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if not done.stdout:
        sys.exit(f"audit: panveil {' '.join(arguments)}: {done.stderr.decode()}")
    return done.returncode, json.loads(done.stdout)


def main(panveil, vault):
    status, verified = ask(panveil, "audit", "verify", vault)
    _, locks = ask(panveil, "lock", "list", vault)
    _, records = ask(panveil, "audit", "tail", vault, "-n", "1000000", "--stream", "shop")
    cards, to, refused = set(), set(), collections.Counter()
    for record in records:
        own = record["unmapped"]["panveil"]
        if own["type"] == "reveal.ok":
            cards.add(record["databucket"]["uid"])
            to.add(person(record["actor"]["user"]["uid"]) + " for " + own["purpose"])
        elif "reason" in own:
            refused[own["reason"]["code"]] += 1
    print(json.dumps({
        "whole": status == 0 and verified["whole"],
        "records": sum(stream["records"] for stream in verified["streams"]),
        "locked": [person(lock["actor"]) for lock in locks["locked"]],
        "revealed": len(cards), "to": sorted(to), "refused": refused,
    }))


def person(actor):
    """The subject of an actor, which is issuer and subject."""
    return actor.rsplit("|", 1)[-1]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
