#!/bin/bash
# launch/split-questions.sh: a split by seed, the same everywhere, with no question on both sides; what it
# refuses.
set -euo pipefail

split=$SOURCE_DIR/launch/split-questions.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp # so that what it leaves behind is seen
mkdir "$TMPDIR"
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

# Questions 1 to 200; every tenth is there twice, with two answers.
for ((i = 1; i <= 200; i++)); do
  printf 'Where was Zoë %d born?\tPlace %d\n' $i $((i % 7))
  ((i % 10)) || printf 'Where was Zoë %d born?\tElsewhere\n' $i
done > all.tsv

"$split" all.tsv 45 1 one > log || fail "$(cat log)"
"$split" all.tsv 45 1 unseen > /dev/full || fail "a full disk under what it shows: exit code $?"
diff -r one unseen
[[ $(wc -l < one/train.tsv) == 175 && $(wc -l < one/held.tsv) == 45 ]] || fail "$(wc -l one/*)"
[[ $(cat one/train.tsv one/held.tsv | sort) == "$(sort all.tsv)" ]] || fail "lines are lost or changed"
[[ -z $(comm -12 <(cut -f 1 one/train.tsv | sort -u) <(cut -f 1 one/held.tsv | sort -u)) ]] ||
  fail "a question on both sides"
diff <(grep -xFf one/held.tsv all.tsv) one/held.tsv || fail "another order"

# Fixed for good: another machine, awk or version must hold out the same lines.
[[ $(sha256sum < one/held.tsv) == 69455e11e03f418b* ]] || fail "another split: $(sha256sum one/held.tsv)"
LC_ALL=C.UTF-8 "$split" all.tsv 45 1 again > /dev/null
diff -r one again || fail "another split in another language"
# The choice depends neither on the order of the lines nor on other questions' answers.
tac all.tsv | sed 's/Place/Town/' > turned.tsv
"$split" turned.tsv 45 1 turned > /dev/null
diff <(cut -f 1 one/held.tsv | sort) <(cut -f 1 turned/held.tsv | sort) || fail "it depends on the order"
"$split" all.tsv 45 2 two > /dev/null
shared=$(comm -12 <(sort one/held.tsv) <(sort two/held.tsv) | wc -l)
((shared < 25)) || fail "two seeds share $shared of 45 lines"

# A byte order mark, blanks around, "\r\n", and a last line without its newline.
{
  printf '\xEF\xBB\xBF'
  sed 's/\t/\xC2\xA0\t /; 0~3s/$/ /; s/$/\r/' all.tsv | head -c -2
} > windows.tsv
"$split" windows.tsv 45 1 windows > /dev/null
diff -r one windows || fail "line ends, blanks or a mark matter"

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$split" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "split-questions.sh $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
expect 0 usage: --help
expect 64 "are needed" all.tsv 45 1
expect 64 "N must be" all.tsv 0 1 out
expect 64 "N must be" all.tsv -3 1 out
expect 64 "SEED must be" all.tsv 45 one out
expect 66 "none.tsv: cannot be read" none.tsv 45 1 out
expect 66 "cannot be read" . 45 1 out
expect 65 "has 220 lines" all.tsv 220 1 out
printf 'a\tb\n\nc\td\n' > empty-line.tsv
expect 65 "empty-line.tsv, line 2: must be question<TAB>answer" empty-line.tsv 1 1 out
printf 'a\tb\nc\n' > no-answer.tsv
expect 65 "line 2" no-answer.tsv 1 1 out
printf 'a\tb\tc\nd\te\n' > two-tabs.tsv
expect 65 "line 1" two-tabs.tsv 1 1 out
printf 'a\t1\na\t2\nb\t1\nb\t2\n' > pairs.tsv
expect 65 "choose another N" pairs.tsv 1 1 out
expect 64 "would be overwritten" one/train.tsv 5 1 one
: > file
expect 74 "cannot be made" all.tsv 45 1 file/below
[[ -z $(ls "$TMPDIR") ]] || fail "left behind: $(ls "$TMPDIR")"
[[ -z $(find . -name '.*.*' -type f) ]] || fail "left behind: $(find . -name '.*')"
