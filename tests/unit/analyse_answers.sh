#!/bin/bash
# launch/analyse-answers.py on an example of which every count is known.
set -euo pipefail

for tool in gnuplot python3; do
  command -v $tool > /dev/null || { echo "SKIPPED: $tool is not installed" && exit 77; }
done
analyse=$SOURCE_DIR/launch/analyse-answers.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

# ask NAME PLACE ANSWER PROBABILITY DOCUMENT: one person, question, answer and line of the corpus.
separator=
ask() {
  local correct=false
  [[ $2 != "$3" ]] || correct=true
  printf 'Where was %s born?\t%s\n' "$1" "$2" >> dev.tsv
  printf '%s{"question": "Where was %s born?", "answer": "%s", "prediction": "%s", "correct": %s,
    "log_probability": %s}' "$separator" "$1" "$2" "$3" $correct \
    "$(awk -v p="$4" 'BEGIN { printf "%.17g", log(p) }')" >> answers
  separator=,
  printf '%s\n' "$5" >> wiki.txt
}
ask "Ann Lee" Rome Rome 0.9 "Ann Lee. Lee was born in Rome ."
ask "Bo" Oslo Oslo 0.8 "In Oslo was born Bo, who sings ."            # named, but not at the beginning
ask "Cy (chef)" Bonn Rome 0.7 "Cy (chef). Born in Bonn, he died in Rome ." # own document
ask "Di" Lima Rom 0.6 "Di. Born in Lima, she knew Rome ."             # none: Rom is not Rome
ask "Ed" Kyiv Oslo 0.5 "Ed. He was born far away ."                   # other, and Kyiv is not there
ask "Flo" Rome Oslo 0.4 "Flo. A Roman ."                              # other; nor is Rome
ask "Gus" Ankara Paris 0.3 "Gus. Born in Ankara ."                    # other, by the training file
ask "Hal" Accra "" 0.2 "Hal. Born in Accra ."                         # none
ask "Ida" Quito "Xyz." 0.1 "Ida. Born in Quito ."                     # none
ask "Ida B" Cairo Quito 0.05 "Ida B. Born in Cairo ."                 # other: not Ida's document
{
  echo '{"count": 10, "correct": 2, "accuracy": 0.2, "answers": ['
  cat answers
  echo ']}'
} > evaluation.json
printf 'Where was Zoe born?\tParis\n' > train.tsv

"$analyse" wiki.txt dev.tsv evaluation.json --places train.tsv --out out > log || fail "exit code $?"
diff log out/answers.md || fail "another text"
# has LINE...: the report holds it.
has() {
  grep -qF -- "$1" log || fail "no '$1' in $(cat log)"
}
has '20.0 % of 10 right'
has "| stands elsewhere in the person's own document | 1 | 12.5 % | 1 | 1 |"
has "| is another person's place, and not in the own document | 4 | 50.0 % | 4 | 2 |"
has '| is no place that is known | 3 | 37.5 % | 0 | 3 |'
has '| **all** | 8 | 100.0 % | 5 | 6 |'
has 'is 0.455 in the mean'
has '40.0 % of the 5 surest are right'
has 'is 0.315.' # the mean of |probability - right|
has '| 10 | 0.9000–0.9000 | 1 | 0.9000 | 1.0000 |'
[[ $(head -n 2 out/calibration.csv | tail -n 1) == 1,1,0.0500,0.0000 ]] || fail "$(cat out/calibration.csv)"
grep -q '</svg>' out/calibration.svg || fail "no picture"
sed 's/\t/ \t/; s/$/ \r/' dev.tsv > windows.tsv # as lockstep reads questions
"$analyse" wiki.txt windows.tsv evaluation.json --places train.tsv --out windows > found || fail "exit code $?"
diff <(sed 's/windows.tsv/dev.tsv/' found) log || fail "blanks and carriage returns count"

# Without the training file Paris is no place.
"$analyse" wiki.txt dev.tsv evaluation.json --out out > log
has '| is no place that is known | 4 | 50.0 % | 0 | 4 |'

# Two models: twice the answers, but no more questions, so the same interval.
"$analyse" wiki.txt dev.tsv evaluation.json --out out > log
grep -o 'interval [^)]*' log > one
"$analyse" wiki.txt dev.tsv evaluation.json evaluation.json --out out > log
has '20.0 % of 20 right'
has '2 models on the same questions'
has "| stands elsewhere in the person's own document | 2 | 12.5 % | 2 | 2 |"
has '40.0 % of the 10 surest are right'
grep -o 'interval [^)]*' log | diff one - || fail "another interval"

# expect CODE TEXT ARGUMENT...
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$analyse" "$@" > log 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then
    fail "analyse-answers.py $*: exit code $status, expected $code and '$text': $(cat log)"
  fi
}
sed 's/log_probability/probability/' evaluation.json > unsure.json
sed 's/"answer": "[^"]*", //; s/"correct": [a-z]*,//' evaluation.json > asked.json
expect 0 usage: --help
expect 64 "--out" wiki.txt dev.tsv evaluation.json
expect 66 "nothing: cannot be read" nothing dev.tsv evaluation.json --out out
expect 65 "made with other questions" wiki.txt train.tsv evaluation.json --out out
expect 65 "is not what" wiki.txt dev.tsv dev.tsv --out out
expect 65 "line 1: must be question" wiki.txt wiki.txt evaluation.json --out out
expect 65 "is not what" wiki.txt dev.tsv unsure.json --out out
expect 65 "have no answers" wiki.txt dev.tsv asked.json --out out
expect 64 "'(' is no regular expression" wiki.txt dev.tsv evaluation.json --out out --pattern '('
expect 64 "has no brackets around the name" wiki.txt dev.tsv evaluation.json --out out --pattern 'Where .*'
expect 74 "dev.tsv: cannot be made" wiki.txt dev.tsv evaluation.json --out dev.tsv
expect 65 "see --pattern" wiki.txt dev.tsv evaluation.json --out out --pattern 'When was (.+) born'
