#!/bin/bash
# launch/vote.py: the votes of three models, of which every one is known; what it refuses.
set -euo pipefail

command -v python3 > /dev/null || { echo "SKIPPED: python3 is not installed" && exit 77; }
vote=$SOURCE_DIR/launch/vote.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

# model NAME [ANSWER LOG_PROBABILITY]...: what one says to the questions Q1, Q2, …; Rome is right.
model() {
  local name=$1 number=1 separator='' correct
  shift
  {
    echo '{"answers": ['
    while (($#)); do
      correct=false
      [[ $1 != Rome ]] || correct=true
      printf '%s{"question": "Q%d", "answer": "Rome", "correct": %s, "prediction": "%s", "log_probability": %s}' \
        "$separator" $((number++)) $correct "$1" "$2"
      separator=,
      shift 2
    done
    echo ']}'
  } > "$name.json"
}
#           all   two against the surest   the surest of three   none is a line
model one   Rome -1   Rome -2              Oslo -1               'a\tb' -1
model two   Rome -1   Oslo -0.1            Rome -0.5             '' -2
model three Rome -1   Rome -3              Bonn -0.7             'a\nb' -3

"$vote" one.json two.json three.json --out votes.tsv > log || fail "exit code $?"
printf 'Q%d\tRome\n' 1 2 3 | diff - votes.tsv || fail "other votes"
diff log - << 'END' || fail "another text"
votes.tsv: 3 of 4 questions
Correct: 3.0 out of 4.0: 75.0%
END
"$vote" one.json two.json three.json --least 2 --out votes.tsv > log || fail "exit code $?"
printf 'Q%d\tRome\n' 1 2 | diff - votes.tsv || fail "what one model says counts"
# The order of the models does not matter; questions need no answers.
sed -i 's/"answer": "Rome", "correct": [a-z]*, //' one.json two.json three.json
"$vote" three.json one.json two.json --out turned.tsv --least 2 > log || fail "exit code $?"
diff votes.tsv turned.tsv || fail "it depends on the order"
[[ $(cat log) == 'turned.tsv: 2 of 4 questions' ]] || fail "$(cat log)"

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$vote" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "vote.py $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
model other Rome -1
echo '{"answers": [{"question": "Q1"}]}' > wrong.json
sed 's/"log_probability": -[0-9.]*/"log_probability": 1e9/' one.json > sure.json
expect 65 "sure.json: is not what" sure.json --out x
expect 64 "see --help" one.json
expect 66 "none.json" none.json --out x
expect 65 "wrong.json: is not what" wrong.json --out x
expect 65 "other.json: was made with other questions than one.json" one.json other.json --out x
expect 74 "cannot be written" one.json --out none/x
