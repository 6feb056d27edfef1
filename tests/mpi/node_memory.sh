#!/bin/bash
# The script that measures a node's memory runs, on tiny models, and finds what it is to find: the same bits, and
# less memory together than the ranks' own figures make. timeout: 120
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

if ! "$SOURCE_DIR/tests/bench/memory.sh" --tiny --rows '[gn]-2' --out "$work" > "$work/log" 2>&1; then
  grep -q 'precision is bf16, but' "$work/log" && echo "SKIPPED: $(cat "$work/log")" && exit 77
  fail "$(cat "$work/log")"
fi
grep '^| 124 M, 2' "$work/memory.md" > "$work/rows" || fail "$(cat "$work/memory.md")"
awk -F '|' '{ if (!rows++) hash = $11; if ($11 != hash || !($6 > 0 && $8 > 0 && $8 < 2 * $6) || $11 !~ /^ [0-9a-f]+ $/) bad = 1 }
  END { exit bad || rows != 2 }' "$work/rows" || fail "$(cat "$work/rows")"

# What would take more than is allowed is not run.
"$SOURCE_DIR/tests/bench/memory.sh" --tiny --rows plain-2 --most 0 --out "$work" > "$work/log" 2>&1 || fail "--most"
grep -q '| not run |' "$work/memory.md" || fail "$(cat "$work/memory.md")"
