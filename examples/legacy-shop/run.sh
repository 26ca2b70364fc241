#!/usr/bin/env bash
# The shop before and after panveil.patch, and what the same attack gets from each. Everything happens in target/ and on
# the loopback network, with made-up cards.
#
#   run.sh before         build it, fill it, serve it on 127.0.0.1:8080 until Ctrl-C
#   run.sh after          the same database migrated, served with panveil
#   run.sh attack         attack the one that is being served
#   run.sh demo           attack both; the table; exit status 0 only if every check held
#   run.sh migration      kill the migration, start it again, look at the database each time; likewise
#   run.sh check          demo and migration
#   run.sh repatch DIR    write panveil.patch anew from an edited copy of target/after-source
#
# May be set: SHOP_CUSTOMERS (500), SHOP_ORDERS (40) of an ordinary day, SHOP_PORT (8080; demo takes free ones), and
# PANVEIL_BIN, a built command `panveil`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$here/target
customers=${SHOP_CUSTOMERS:-500}
orders=${SHOP_ORDERS:-40}
panveil=${PANVEIL_BIN:-${CARGO_TARGET_DIR:-$root/target}/release/panveil}

say() { printf '   %s\n' "$*"; }
fail() { echo "legacy-shop: $*" >&2; exit 1; }
# Maven colours even its silence.
maven() { mvn --quiet --batch-mode --file "$@" >"$work/maven.log" 2>&1 || { cat "$work/maven.log" >&2; return 1; }; }
jar() { echo "$work/$1-source/target/shop.jar"; }

# build VARIANT...: the sources go to target/VARIANT-source, the jar below them.
build() {
  local program variant source
  for program in java mvn python3 patch; do
    command -v "$program" >/dev/null || fail "$program is needed"
  done
  for variant in "$@"; do
    source=$work/$variant-source
    rm -rf "$source"
    mkdir -p "$source"
    cp -r "$here/before/src" "$here/before/pom.xml" "$source/"
    if [ "$variant" = after ]; then
      [ -x "$panveil" ] || fail "$panveil is not built; run: cargo build --release -p panveil-cli"
      # Fuzz 0: a patch that only nearly fits is a fault.
      patch --quiet --strip=1 --fuzz=0 --directory="$source" <"$here/panveil.patch" || fail "panveil.patch does not fit"
      maven "$root/bindings/java/pom.xml" -Dmaven.test.skip -Dmaven.javadoc.skip install || fail "the Java binding did not build"
    fi
    maven "$source/pom.xml" package || fail "$variant did not build"
  done
}

# Lines added and removed by the patch, those of the build file among them.
changed_lines() { grep -E '^[-+]' "$here/panveil.patch" | grep -vcE '^(---|[+]{3}) '; }

# shop VARIANT ARGUMENTS...: in its directory, the passphrase of its vault, if any, through a pipe; nothing of ours in its
# environment.
passphrase=
shop() {
  cd "$work/$1"
  exec env -i PATH="$PATH" LANG=C.UTF-8 java -Dsun.net.httpserver.nodelay=true -jar "$(jar "$1")" "${@:2}" \
    < <(printf '%s\n' "$passphrase")
}

# prepare VARIANT: a directory with the filled database; for `after` also with a vault, and migrated.
prepare() {
  rm -rf "${work:?}/$1" "$work/$1".*
  mkdir -p "$work/$1"
  (cd "$work/$1" && java -jar "$(jar before)" seed "$customers" "$work/$1.csv")
  if [ "$1" = after ]; then
    passphrase=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    PANVEIL_PASSPHRASE=$passphrase "$panveil" init "$work/after/vault" --profile dev >/dev/null
    (shop after migrate 100 >"$work/after.migrated") || fail "the migration failed"
    say "migrated in place: $(tail -n 1 "$work/after.migrated")"
  fi
}

pid=
stop() {
  [ -z "$pid" ] && return
  rm -f "$work/served"
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  pid=
}
trap stop EXIT

# serve VARIANT PORT: starts it, waits until it listens, and lets an ordinary day pass. Sets `port`.
serve() {
  local identity='' line=''
  exec 3< <(shop "$1" serve "$2" 2>"$work/$1.stderr")
  pid=$!
  read -r line <&3 || { cat "$work/$1.stderr" >&2; fail "$1 did not start"; }
  port=${line#listening on }
  if [ "$1" = after ]; then
    identity=$(PANVEIL_PASSPHRASE=$passphrase "$panveil" dev "$work/after/vault" identity --sub alice --role chargeback --mfa)
  fi
  python3 "$here/day.py" "$port" "$work/$1.csv" "$orders" "$identity"
}

# attack VARIANT PORT
attack() { python3 "$here/attack.py" "$2" "$work/$1.csv" "$work/$1.json" "$work/$1.files"; }

demo() {
  local variant
  for variant in before after; do
    say "$variant: $customers customers, an ordinary day with $orders orders, then the attack"
    prepare "$variant"
    serve "$variant" 0
    cp "$work/$variant/log/shop.log" "$work/$variant.day.log"
    attack "$variant" "$port"
    stop
  done
  PANVEIL_PASSPHRASE=$passphrase python3 "$here/audit.py" "$panveil" "$work/after/vault" >"$work/audit.json"
  echo
  python3 "$here/table.py" "$work/before.json" "$work/after.json" "$work/audit.json" "$(changed_lines)" \
    "$work/after.files" "$passphrase"
  python3 "$here/logs.py" "$panveil" "$work/after.csv" "$work/before" "$work/after"
}

migration() {
  python3 "$here/check_migration.py" "$(jar before)" "$(jar after)" "$panveil" "$work/migration" "$customers"
}

case ${1:-} in
  before | after)
    if [ "$1" = before ]; then build before; else build before after; fi
    prepare "$1"
    serve "$1" "${SHOP_PORT:-8080}"
    echo "$1 $port" >"$work/served"
    say "http://127.0.0.1:$port/order, /inquiry, /admin; attack it with: $0 attack"
    [ "$1" = before ] || say "then: $panveil audit verify $work/after/vault"
    wait "$pid"
    ;;
  attack)
    { read -r variant port <"$work/served"; } 2>/dev/null || fail "nothing is being served"
    attack "$variant" "$port"
    python3 "$here/table.py" "$work/$variant.json"
    ;;
  demo)
    build before after
    demo
    ;;
  check)
    build before after
    demo
    echo
    migration
    ;;
  migration)
    build before after
    migration
    ;;
  repatch)
    rm -rf "$work/repatch" && mkdir -p "$work/repatch/before" "$work/repatch/after"
    cp -r "$here/before/src" "$here/before/pom.xml" "$work/repatch/before/"
    cp -r "$2/src" "$2/pom.xml" "$work/repatch/after/"
    (cd "$work/repatch" && diff -ruN before after | sed -E 's/^((---|[+]{3}) [^\t]*)\t.*/\1/' >"$here/panveil.patch") || true
    say "panveil.patch: $(changed_lines) lines changed"
    ;;
  *) sed -n '2,16p' "$0" >&2; exit 2 ;;
esac
