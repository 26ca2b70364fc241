#!/usr/bin/env bash
# The Java shop of examples/legacy-shop before and after panveil, under the same attack, and its migration killed in the
# middle: with few cards, for CI. Exit status 0 only if the attack succeeds before and fails after.
set -euo pipefail
cd "$(dirname "$0")/.."
export SHOP_CUSTOMERS=${SHOP_CUSTOMERS:-80} SHOP_ORDERS=${SHOP_ORDERS:-12}
[ -n "${PANVEIL_BIN:-}" ] || "${CARGO:-cargo}" build --release --locked -p panveil-cli --bin panveil
examples/legacy-shop/run.sh check
