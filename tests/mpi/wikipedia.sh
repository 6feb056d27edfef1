#!/bin/bash
# launch/wikipedia.sh on dumps that have few questions or none. timeout: 120; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir recipes
for name in pretrain finetune; do
  sed 's/^steps: .*/steps: 2/' "$SOURCE_DIR/configs/tiny.yaml" > recipes/$name.yaml
done

# dump TEXT...: of 300 articles, which begin with the texts, then with nothing.
dump() {
  local i
  echo '<mediawiki xml:lang="en">'
  for ((i = 1; i <= 300; i++)); do
    printf '<page><title>Thing %d</title><ns>0</ns><id>%d</id><revision><text>%s\n%s</text></revision></page>\n' \
      $i $i "${1-}" "Thing $i is one of $((i * i)) things, and thing $((i + 7)) is another."
    shift $(($# > 0))
  done
  echo '</mediawiki>'
}

# made DUMP FOLDER OPTION...: the report; what was said is in `log`.
made() {
  "$SOURCE_DIR/launch/wikipedia.sh" -n 1 --config-folder recipes "${@:3}" "$1" "$2" > report 2> log ||
    fail "exit code $?: $(cat log)"
  cmp report "$2/wikipedia.md" || fail "another report"
}

# has TEXT
has() {
  grep -qF -- "$1" report || fail "no '$1' in $(cat report log)"
}

dump > none.xml
made none.xml none
has '| questions of others answered | too few questions, 0 |'
has '| steps | 2 |'
has '| held out: nats a character | '
grep -q '^wikipedia.sh: no question, ' log || fail "not said: $(cat log)"
made none.xml none
has '| questions of others answered | too few questions, 0 |'
"$SOURCE_DIR/launch/wikipedia.sh" -n 1 --config-folder recipes none.xml none > /dev/full 2> log ||
  fail "a full disk under the report: exit code $?: $(cat log)"
echo "no question: pretrained"

dump '{{Infobox person|birth_place=[[Rome]]}}' '{{Infobox person|birth_place=[[Oslo]]}}' > two.xml
"$LOCKSTEP" tokenizer train two.xml pieces.json --size 300 > log 2>&1 || fail "$(cat log)"
made two.xml two --tokenizer pieces.json
grep -qF "$(wc -l < two/questions/train.tsv) |" report || fail "other questions: $(cat report)"
has '| held out: nats a token | '
echo "two questions, and a tokenizer of a file"
