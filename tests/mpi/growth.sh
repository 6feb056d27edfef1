#!/bin/bash
# The script that measures how cost grows runs from end to end, on a tiny model, and has a row for each
# run. Its times are not looked at. timeout: 120
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

"$SOURCE_DIR/tests/bench/growth.sh" --tiny --steps 1 --out "$work"
rows=$(grep -cE '^[^,]+,[1248],[1-9][0-9]*(,[0-9.e+-]+){6}$' "$work/growth.csv") || true
((rows == 10)) || fail "$rows rows: $(cat "$work/growth.csv")"
((10 + 2 == $(grep -c '^|' "$work/growth.md"))) || fail "growth.md: $(cat "$work/growth.md")"
# Twice the documents are twice the work.
awk -F, '/^batch 512,/ { half = $3 } /^batch 1024,/ { whole = $3 }
  END { exit !(whole > 1.9 * half && whole < 2.1 * half) }' "$work/growth.csv" || fail "tokens a step"
rc=0
"$SOURCE_DIR/tests/bench/growth.sh" --fast 2> "$work/log" || rc=$?
[[ $rc == 64 && $(cat "$work/log") == *"unknown argument '--fast'"* ]] || fail "--fast: $rc"
