#!/usr/bin/env bash
# The two roads from end to end, in ./demo: a legacy card table is protected, one card is revealed as it should be,
# a dozen ways in which it should not be are refused, and the log proves it. Every step is checked, so this is a test too:
# the exit status is 0 only if all came out as expected. Run it with `make demo`, which builds first.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/release
rows=${DEMO_ROWS:-200000}
work=demo
export PANVEIL_PASSPHRASE="for the demo only"
# The demo decides with its own eyes what is a terminal.
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'; else bold='' dim='' green='' red='' plain=''; fi

for program in panveil examples/legacy_export examples/test_issuer; do
  [ -x "$bin/$program" ] || { echo "demo: $bin/$program is not built; run: make demo" >&2; exit 1; }
done
command -v python3 >/dev/null || { echo "demo: python3 is needed; run: make tools" >&2; exit 1; }

began=$(date +%s%N)
checks=() faults=0 number=0
step() { number=$((number + 1)); printf '\n%s%d. %s%s\n' "$bold" "$number" "$1" "$plain"; }
say() { printf '   %s\n' "$*"; }

# check WHAT EXPECTED CAME: one line of the summary.
check() {
  local mark="ok" colour=$green
  if [ "$2" != "$3" ]; then mark="BAD" colour=$red faults=$((faults + 1)); fi
  checks+=("$mark|$number|$1|$2|$3")
  printf '   %s%-3s%s %s: %s\n' "$colour" "$mark" "$plain" "$1" "$3"
}

# The command as one would type it: identity tokens and sealed records, which are long, are cut.
show() {
  local word line='$ panveil'
  for word in "$@"; do
    case $word in
      eyJ*) word='"$JWT"' ;;
      UFYB*) word=${word:0:16}... ;;
      [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*) word="${word:0:6}<the other digits>" ;;
      *' '*) word="'$word'" ;;
    esac
    line+=" $word"
  done
  printf '   %s%s%s\n' "$dim" "$line" "$plain"
}

# Runs panveil; its status is in `status`, what it printed in demo/stdout and demo/stderr.
panveil() {
  show "$@"
  status=0
  "$bin/panveil" "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
}
told() { sed 's/^/   | /' "$work/stdout" "$work/stderr"; }
# The number in brackets at the end of an error.
error_number() { sed -n 's/^panveil: .*\[\([0-9]*\)\]$/\1/p' "$work/stderr" | tail -n 1; }

# allowed WHAT PAN ARGUMENTS...: a reveal that gives this card number; only its mask is shown.
allowed() {
  local what=$1 pan=$2 came
  shift 2
  panveil reveal "$@"
  came=$(cat "$work/stdout")
  rm -f "$work/stdout" # card numbers do not stay
  if [ "$status" = 0 ] && [ "$came" = "$pan" ]; then
    check "$what" "the card" "the card"
    say "printed: ${pan:0:6}******${pan: -4} (all digits in truth; masked by this demo)"
  else
    check "$what" "the card" "status $status, $(cat "$work/stderr")"
  fi
}

# denied WHAT NUMBER ARGUMENTS...: a reveal that is refused with this error and prints no digit.
denied() {
  local what=$1 expected=$2
  shift 2
  panveil reveal "$@"
  sed 's/^/   | /' "$work/stderr"
  check "$what" "refused [$expected], nothing printed" \
    "$([ "$status" = 1 ] && echo refused || echo "status $status") [$(error_number)], $([ -s "$work/stdout" ] && echo something || echo nothing) printed"
  rm -f "$work/stdout"
}
table() { python3 examples/compare_tables.py "$@"; }
identity() { "$bin/panveil" dev "$work/vault" identity "$@"; }

printf '%spanveil: the two roads, end to end%s\n' "$bold" "$plain"
rm -rf "$work"
mkdir -m 700 "$work"

step "A vault"
panveil init "$work/vault" --profile dev
told
check "init" "status 0" "status $status"

step "A legacy export of $rows rows, as such tables are"
"$bin/examples/legacy_export" --rows "$rows" --planted "$work/planted.json" >"$work/legacy.csv"
say "all brands and lengths, separators, wrong check digits, duplicates, empty cells, security codes, names in Japanese:"
python3 - "$work/planted.json" <<'PYTHON'
import json, sys
planted = json.load(open(sys.argv[1], encoding="utf-8"))
brands = planted.pop("brands")
print("   " + ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in planted.items()))
print("   " + ", ".join(f"{name} {count:,}" for name, count in brands.items()))
PYTHON

step "Protect it: token, mask and sealed record in place of each card number"
panveil protect "$work/vault" --in "$work/legacy.csv" --out "$work/protected.csv" \
  --pan-column card_number --layout auto --seal --record-column id
told
throughput=$(sed -n 's/.* (\([0-9,]*\) rows\/s).*/\1/p' "$work/stdout")
check "protect: rows were rejected, so" "status 1" "status $status"

step "What became of it, counted by another program"
printf '       %-52s %9s %9s\n' "" planted found
counted=as\ planted
table counts "$work/legacy.csv" "$work/protected.csv" "$work/protected.csv.rejects.csv" "$work/planted.json" || counted=otherwise
check "counts" "as planted" "$counted"
dropped=$(sed -n 's/.*dropped \([0-9,]*\) cells of security_code.*/\1/p' "$work/stdout" | tr -d ,)
planted_codes=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["security_codes"])' "$work/planted.json")
check "security codes dropped" "$planted_codes" "$dropped"

step "Some rows before and after"
table rows "$work/legacy.csv" "$work/protected.csv"
say "and the first rejects (line, column, reason, never a value):"
head -n 4 "$work/protected.csv.rejects.csv" | sed 's/^/   | /'

mapfile -t ids < <(table ids "$work/legacy.csv" "$work/protected.csv" 30)
id=${ids[0]}
pan=$(table card "$work/legacy.csv" "$work/protected.csv" "$id" pan)
handle=$(table card "$work/legacy.csv" "$work/protected.csv" "$id" handle)
sealed=$(table card "$work/legacy.csv" "$work/protected.csv" "$id" sealed)
ask=(--purpose chargeback --case CB-1042 --origin 10.0.0.5)

step "Reveal one card, as alice of the chargeback desk with a second factor"
alice=$(identity --sub alice --role chargeback --mfa)
allowed "by token" "$pan" "$work/vault" --handle "$handle" --identity "$alice" "${ask[@]}"
allowed "by sealed record" "$pan" "$work/vault" --handle "$sealed" --record "$id" --identity "$alice" "${ask[@]}"

step "Refused: the right record under a wrong id, a mask, a card number"
denied "a sealed record of another row" 305 "$work/vault" --handle "$sealed" --record "${ids[1]}" --identity "$alice" "${ask[@]}"
denied "a mask" 205 "$work/vault" --handle "${pan:0:6}******${pan: -4}" --identity "$alice" "${ask[@]}"
denied "a card number" 205 "$work/vault" --handle "$pan" --identity "$alice" "${ask[@]}"

step "Refused: without the role, without MFA, without a purpose, from elsewhere"
denied "without the role" 515 "$work/vault" --handle "$handle" --identity "$(identity --sub bob --role support --mfa)" "${ask[@]}"
denied "without MFA" 506 "$work/vault" --handle "$handle" --identity "$(identity --sub alice --role chargeback)" "${ask[@]}"
denied "without a purpose" 517 "$work/vault" --handle "$handle" --identity "$alice" --case CB-1042 --origin 10.0.0.5
denied "a token that was used from another origin" 504 "$work/vault" --handle "$handle" --identity "$alice" \
  --purpose chargeback --case CB-1042 --origin 203.0.113.9

mkdir "$work/older" && cp -r "$work/vault/audit" "$work/older/audit" # for later

step "Refused: an identity token signed with another key"
say "another vault's test issuer has the same name and another key:"
"$bin/panveil" init "$work/elsewhere" --profile dev >/dev/null
forged=$("$bin/panveil" dev "$work/elsewhere" identity --sub alice --role chargeback --mfa)
denied "a forged token" 502 "$work/vault" --handle "$handle" --identity "$forged" "${ask[@]}"

step "Refused: a production vault whose policy was edited"
mkdir -p "$work/configuration/trust"
"$bin/examples/test_issuer" --key "$work/idp.key" --jwks "$work/configuration/trust/idp.jwks.json" 2>/dev/null
cp "$work/vault/policy.toml" "$work/configuration/policy.toml"
cat >"$work/configuration/panveil.toml" <<'TOML'
version = 1
environment = "production"
tenant = "main"

[kek]
provider = "passphrase"

[store]
engine = "sqlite"

[[issuer]]
iss = "https://test-issuer.example"
aud = "panveil"
jwks = "idp.jwks.json"
kind = "person"
TOML
panveil init "$work/production" --profile production --from "$work/configuration"
check "init with a configuration of one's own" "status 0" "status $status"
head -n 1000 "$work/legacy.csv" >"$work/some.csv"
panveil protect "$work/production" --in "$work/some.csv" --out "$work/some-protected.csv" --pan-column card_number
live=$(table card "$work/some.csv" "$work/some-protected.csv" "$id" handle)
dora=$("$bin/examples/test_issuer" --key "$work/idp.key" --sub dora --role chargeback --mfa)
allowed "before the edit" "$pan" "$work/production" --handle "$live" --identity "$dora" "${ask[@]}"
cp "$work/production/policy.toml" "$work/policy.kept"
sed -i 's/handles = 20/handles = 2000/' "$work/production/policy.toml"
say "policy.toml edited: 2000 cards in 10 minutes in place of 20"
denied "after the edit" 803 "$work/production" --handle "$live" --identity "$dora" "${ask[@]}"
panveil config status "$work/production"
told
check "config status names the file" "status 1, policy.toml" "status $status, $(grep -o 'policy\.toml' "$work/stdout" | head -n 1)"
cp "$work/policy.kept" "$work/production/policy.toml"
say "the file put back:"
allowed "healed" "$pan" "$work/production" --handle "$live" --identity "$dora" "${ask[@]}"

step "Refused: over budget"
say "carol, allowed like alice, reveals card after card; the policy says 20 in 10 minutes"
carol=$(identity --sub carol --role chargeback --mfa)
revealed=0
for id in "${ids[@]}"; do
  status=0
  "$bin/panveil" reveal "$work/vault" --handle "$(table card "$work/legacy.csv" "$work/protected.csv" "$id" handle)" \
    --identity "$carol" "${ask[@]}" >/dev/null 2>"$work/stderr" || status=$?
  [ "$status" = 0 ] || break
  revealed=$((revealed + 1))
done
sed 's/^/   | /' "$work/stderr"
check "cards revealed until refused" 20 "$revealed"
check "refused" "status 1 [513]" "status $status [$(error_number)]"
denied "once more" 512 "$work/vault" --handle "$handle" --identity "$carol" "${ask[@]}"
panveil lock list "$work/vault"
told
check "carol is locked" carol "$(grep -o 'carol' "$work/stdout" | head -n 1)"
allowed "alice is not" "$pan" "$work/vault" --handle "$handle" --identity "$alice" "${ask[@]}"

step "The log"
panveil audit tail "$work/vault" -n 8
cut -c -150 "$work/stdout" | sed 's/^/   | /'
panveil audit verify "$work/vault"
told
check "audit verify" "status 0" "status $status"
cp "$work/vault/audit/cli.checkpoint" "$work/kept.checkpoint" # as a witness would keep it
pans=$(python3 - "$work" <<'PYTHON'
import csv, glob, re, sys
work = sys.argv[1]
cells = (row["card_number"] for row in csv.DictReader(open(f"{work}/legacy.csv", encoding="utf-8", newline="")))
pans = {re.sub("[ -]", "", cell) for cell in cells}
log = b"".join(open(path, "rb").read() for path in glob.glob(f"{work}/*/audit/*")).decode("utf-8", "replace")
print(sum(number in pans for number in re.findall("[0-9]{13,19}", log)))
PYTHON
)
check "card numbers of the export in the logs" 0 "$pans"

step "A copy of the log with one byte edited"
mkdir "$work/edited" && cp -r "$work/vault/audit" "$work/edited/audit"
edited=$(python3 - "$work/edited/audit/cli.jsonl" <<'PYTHON'
import sys
path = sys.argv[1]
lines = open(path, "rb").read().split(b"\n")
# The first denial of bob becomes one of rob: the record is still well-formed JSON.
record = next(at for at, line in enumerate(lines) if b"|bob" in line)
lines[record] = lines[record].replace(b"|bob", b"|rob", 1)
open(path, "wb").write(b"\n".join(lines))
print(record)
PYTHON
)
say "in record $edited of the stream cli, bob becomes rob"
panveil audit verify "$work/edited"
told
check "verify names stream and record" "status 1, cli: record $edited" "status $status, $(grep -o 'cli: record [0-9]*' "$work/stdout" | head -n 1)"

step "A copy of the log whose end was cut off"
mkdir "$work/cut" && cp -r "$work/vault/audit" "$work/cut/audit"
left=$(python3 - "$work/cut/audit/cli.jsonl" <<'PYTHON'
import sys
path = sys.argv[1]
lines = open(path, "rb").read().rstrip(b"\0").splitlines(keepends=True)
open(path, "wb").write(b"".join(lines[:-5]))
print(len(lines) - 5)
PYTHON
)
say "the last five records are gone"
panveil audit verify "$work/cut"
told
check "verify names stream and record" "status 1, cli: record $left" "status $status, $(grep -o 'cli: record [0-9]*' "$work/stdout" | head -n 1)"

step "The whole log replaced by an older copy of itself, its own checkpoint included"
say "such a copy is whole in itself; only a checkpoint that was kept elsewhere tells:"
panveil audit verify "$work/older"
check "verify without the kept checkpoint" "status 0" "status $status"
panveil audit verify "$work/older" --checkpoint "$work/kept.checkpoint"
told
check "verify with it" "status 1, TailMissing" "status $status, $(grep -q 'the log ends before what a checkpoint counted' "$work/stdout" && echo TailMissing)"

step "Where card numbers lie, before and after"
panveil scan "$work/legacy.csv"
check "scan of the legacy table" "status 1" "status $status"
panveil scan "$work/protected.csv" "$work/vault/audit"
told
check "scan of the protected table and the log" "status 0" "status $status"

step "The vault from all sides"
panveil doctor "$work/vault"
told
check "doctor" "status 0" "status $status"

rm -f "$work/stdout" "$work/stderr"
took=$(( ($(date +%s%N) - began) / 1000000000 ))
printf '\n%sSummary%s\n' "$bold" "$plain"
printf '   %-3s  %4s  %-46s %s\n' "" step what came
for line in "${checks[@]}"; do
  IFS='|' read -r mark at what expected came <<<"$line"
  colour=$green
  if [ "$mark" != ok ]; then colour=$red came="$came (expected: $expected)"; fi
  printf '   %s%-3s%s  %4s  %-46s %s\n' "$colour" "$mark" "$plain" "$at" "$what" "$came"
done
printf '\n   %s rows protected and sealed at %s rows/s; %d checks in %d s; everything lies in ./%s\n' \
  "$rows" "$throughput" "${#checks[@]}" "$took" "$work"
if [ "$faults" -gt 0 ]; then
  printf '   %s%d of %d did not come out as expected%s\n' "$red" "$faults" "${#checks[@]}" "$plain"
  exit 1
fi
printf '   %severy step came out as expected%s\n' "$green" "$plain"
