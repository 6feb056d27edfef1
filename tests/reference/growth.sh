#!/bin/bash
# The script that measures how cost grows beside PyTorch's runs from end to end, on a tiny model, and keeps the rows
# that it has. Its times are not looked at.
set -euo pipefail

# shellcheck source=tests/reference/torch.bash
source "$SOURCE_DIR/tests/reference/torch.bash"
find_torch >/dev/null || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

growth() {
  "$SOURCE_DIR/tests/bench/growth.sh" --tiny --steps 1 --out "$work" --ways '^plain$' "$@" > "$work/said"
}

# shellcheck source=launch/facts.bash
source "$SOURCE_DIR/launch/facts.bash"
printf '%s\n' columns "pretrain,1,2,3,4,5,6,fp32,7,8,4,9,1,0.5,2,plain,7,16,3,$(describe_commit)" another,commit \
  > "$work/growth.csv"
growth --rows '^language,2,.*fp32'
row='^language,2,4,8,256,4096,2,fp32(,[0-9.e+-]+){7},plain(,[0-9.e+-]+){3},[^,]+$'
(($(grep -cE "$row" "$work/growth.csv") == 1)) || fail "no row: $(cat "$work/growth.csv")"
[[ $(cut -d , -f 1 "$work/growth.csv" | xargs) == "task pretrain language" ]] || fail "rows: $(cat "$work/growth.csv")"
# A step's windows of text are the same number on both sides.
awk -F, '$1 == "language" { exit !($9 > 0.9 * $17 && $9 < 1.1 * $17) }' "$work/growth.csv" || fail "tokens a step"
grep -q '^80 documents, block 64, 5\.[0-9]* nats a token: .* in packed rows;' "$work/growth.md" || fail "the losses"
kept='| documents | 2 x 4 | 5 | 1 | 6 | fp32 | 8.000 | 50 % | 50 % | 2 | 16.000 | plain | 3 | **2.00** |'
grep -qxF "$kept" "$work/growth.md" || fail "growth.md: $(cat "$work/growth.md")"

rc=0
growth --fast 2> "$work/log" || rc=$?
[[ $rc == 64 && $(cat "$work/log") == *"unknown argument '--fast'"* ]] || fail "--fast: $rc"
