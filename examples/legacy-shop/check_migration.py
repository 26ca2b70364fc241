"""Kills the migration with SIGKILL, starts it again, and looks at the database each time; every check ends the run if it fails.

    check_migration.py BEFORE_JAR AFTER_JAR PANVEIL DIRECTORY CUSTOMERS
"""

import csv
import glob
import os
import shutil
import subprocess
import sys

BATCH = 3
KILLS = 3
PASSPHRASE = "for this check only, then thrown away"
# Its check digit is wrong.
NO_CARD = "4111111111111112"


class Shop:
    """The directory of a shop, and the programs that work in it."""

    def __init__(self, directory, before, after, panveil):
        self.directory, self.before, self.after, self.panveil = directory, before, after, panveil

    def seed(self, customers, cards):
        os.makedirs(self.directory)
        subprocess.run(["java", "-jar", self.before, "seed", customers, cards], cwd=self.directory, check=True)
        self.run_panveil("init", "vault", "--profile", "dev")

    def run_panveil(self, *arguments):
        own = dict(os.environ, PANVEIL_PASSPHRASE=PASSPHRASE)
        done = subprocess.run([self.panveil, *arguments], cwd=self.directory, env=own, capture_output=True, check=False)
        expect(f"status of panveil {' '.join(arguments)}", 0, done.returncode)

    def copy(self, directory):
        shutil.copytree(self.directory, directory)
        return Shop(directory, self.before, self.after, self.panveil)

    def sql(self, statement):
        """What H2's own shell prints."""
        h2 = glob.glob(os.path.join(os.path.dirname(self.after), "lib", "h2-*.jar"))[0]
        url = "jdbc:h2:file:" + os.path.join(self.directory, "data", "shop")
        account = ["-url", url, "-user", "sa", "-password", "owner-2009"]
        shell = ["java", "-cp", h2, "org.h2.tools.Shell", *account, "-sql", statement]
        return subprocess.run(shell, stdout=subprocess.PIPE, check=True, text=True).stdout

    def count(self, condition):
        return int(self.sql(f"SELECT COUNT(*) FROM cards WHERE {condition}").split()[1])

    def rows(self):
        """Token (or number), token format, mask and expiry by card id."""
        lines = self.sql("SELECT id, token, token_format, masked, expiry FROM cards").splitlines()
        table = [[cell.strip() for cell in line.split("|")] for line in lines]
        return {row[0]: row[1:] for row in table if row[0].isdigit()}

    def start_migration(self):
        command = ["java", "-jar", self.after, "migrate", str(BATCH)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, cwd=self.directory, **pipes)
        process.stdin.write(PASSPHRASE + "\n")
        process.stdin.flush()
        return process

    def migrate(self):
        process = self.start_migration()
        _, errors = process.communicate()
        return process.returncode, errors

    def migrate_and_kill(self, batches):
        """Kills it as soon as it has said that so many batches are done."""
        process = self.start_migration()
        for _ in range(batches):
            expect("the migration is at work", True, process.stdout.readline().startswith("done to card "))
        process.kill()
        process.communicate()
        expect("killed", -9, process.returncode)

    def kill_at_the_end(self):
        """Kills it when every row is done, while it drops columns and writes the file anew."""
        process = self.start_migration()
        while process.stdout.readline() not in ("done to card 0\n", ""):
            pass
        process.kill()
        process.communicate()

    def database(self):
        return b"".join(open(path, "rb").read() for path in glob.glob(os.path.join(self.directory, "data", "*")))


def expect(what, expected, came):
    if expected != came:
        sys.exit(f"   BAD  {what}: {came} (expected: {expected})")


def main(before, after, panveil, directory, customers):
    shutil.rmtree(directory, ignore_errors=True)
    cards = os.path.join(directory, "cards.csv")
    os.makedirs(directory)
    killed = Shop(os.path.join(directory, "killed"), before, after, panveil)
    killed.seed(customers, cards)
    with open(cards, encoding="utf-8", newline="") as file:
        numbers = {card["card"]: card["number"] for card in csv.DictReader(file)}
    stored = killed.database()
    expect("numbers in the database before", len(numbers), sum(number.encode() in stored for number in numbers.values()))

    whole = killed.copy(os.path.join(directory, "whole"))
    expect("migrated at one go", 0, whole.migrate()[0])
    goal = whole.rows()

    killed.sql(f"INSERT INTO cards (customer_id, pan, masked, expiry) VALUES (1, '{NO_CARD}', '411111******1112', '12/30')")
    total, left = len(numbers) + 1, []
    for kill in range(KILLS):
        killed.migrate_and_kill(batches=kill + 2)
        left.append(killed.count("token_format IS NULL"))
        most = (left[-2] if kill else total) - BATCH * (kill + 2)
        expect(f"kill {kill + 1}: what it said was done is done, and there is more to do", True, 1 < left[-1] <= most)
        for card, row in killed.rows().items():
            if card in numbers:
                as_it_was = row[0] == numbers[card] and row[1] == "null"
                expect(f"card {card} is as it was, or as in the whole migration", True, as_it_was or row == goal[card])
    print(f"   ok   killed {KILLS} times, rows left after each: {', '.join(map(str, left))} of {total}")

    status, errors = killed.migrate()
    expect("a row that holds no card number stops the end of it", 1, status)
    expect("and is named", True, f"card {total} holds no card number" in errors)
    expect("but only that row is left", 1, killed.count("token_format IS NULL"))
    expect("its number is not in the message", False, NO_CARD in errors)
    killed.sql(f"DELETE FROM cards WHERE id = {total}")
    killed.kill_at_the_end()
    expect("started again", 0, killed.migrate()[0])
    print("   ok   a row without a card number was named by its id and deleted; killed in the last steps, it still ends")

    expect("the same rows as at one go", goal, killed.rows())
    expect("all of them", sorted(numbers), sorted(goal))
    expect("each with a token in place of its number", True, all(
        goal[card][0] != number and goal[card][1] in ("f1.6-4", "f1.0-4") for card, number in numbers.items()))
    expect("started once more", 0, killed.migrate()[0])
    expect("nothing changed", goal, killed.rows())
    for shop in (killed, whole):
        stored = shop.database()
        expect("numbers in the database file", 0, sum(number.encode() in stored for number in numbers.values()))
        columns = shop.sql("SHOW COLUMNS FROM cards")
        expect("columns", [False, False, True], [name in columns for name in ("PAN ", "SECURITY_CODE", "TOKEN_FORMAT")])
        shop.run_panveil("audit", "verify", "vault")
    print(f"   ok   {len(numbers)} rows as without a kill; no number left in the file; the audit logs are whole")


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*map(os.path.abspath, sys.argv[1:5]), sys.argv[5])
