#!/bin/bash
# A BPE that is trained has the merges of the plainest way to train one, and every pattern's tokenizer.json gives our
# ids in a program that was not written here. timeout: 60
set -euo pipefail
# shellcheck source=tests/tokenizers/packages.bash
source "$SOURCE_DIR/tests/tokenizers/packages.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*"
  exit 1
}

"$LOCKSTEP" synth data --people 60 --questions 20 > /dev/null
LC_ALL=C tr -cd '\11\12\15\40-\176' < data/wiki.txt > text
"$LOCKSTEP" tokenizer train text trained.json --size 600 > /dev/null
python3 "$SOURCE_DIR/tests/tokenizers/train.py" text trained.json
printf 'ababab abab\nabab\n' > little
"$LOCKSTEP" tokenizer train little little.json > said 2>&1
python3 "$SOURCE_DIR/tests/tokenizers/train.py" little little.json
grep -q 'ids, not 32768: no two tokens stand side by side twice' said || fail "few ids: $(cat said)"

echo a > letter
"$LOCKSTEP" tokenizer train letter letter.json > /dev/null 2> said
grep -q '^lockstep: 259 ids, not 32768' said || fail "a text of one letter: $(cat said)"

for bad in '--size 258' '--pattern words' '--documents page'; do
  # shellcheck disable=SC2086 # an option and its value
  "$LOCKSTEP" tokenizer train text bad.json $bad 2> said && fail "$bad trains"
  grep -q 'tokenizer: --' said || fail "$bad: $(cat said)"
done
: > empty
"$LOCKSTEP" tokenizer train empty bad.json 2> said && fail "an empty text trains"
grep -q 'empty: ' said || fail "an empty text: $(cat said)"
[[ ! -e bad.json && ! -e bad.json.parts ]] || fail "a failure leaves files"

printf 'any bytes \xff\x00\xc3\n\n  \xf0\x9f\x98\x80' > raw
"$LOCKSTEP" encode trained.json < raw > ids
"$LOCKSTEP" decode trained.json < ids | cmp - raw || fail "bytes do not come back"
"$LOCKSTEP" encode bytes < raw > ids
"$LOCKSTEP" decode bytes < ids | cmp - raw || fail "bytes do not come back as bytes"
echo '1 600' | "$LOCKSTEP" decode trained.json > /dev/null 2> said && fail "an id that is none is decoded"
grep -q 'id 2: 600 is no token; the tokenizer has 600' said || fail "an id that is none: $(cat said)"

need_packages
"$STRINGS" random 300 2 > drawn
for options in '' '--digits' '--pattern cl100k' '--pattern qwen2' '--unspaced --digits'; do
  # shellcheck disable=SC2086 # several options
  "$LOCKSTEP" tokenizer train text other.json --size 400 $options > /dev/null
  "$STRINGS" encode other.json < drawn > ids
  node "$SOURCE_DIR/tests/tokenizers/compare.js" other.json drawn ids
done
