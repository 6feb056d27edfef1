#!/bin/bash
# What each head of a trained model is needed for: the questions that it answers with all of them, and with
# each switched off in turn, as a Markdown table.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/heads.sh CHECKPOINT QUESTIONS.tsv [OPTION ...]
Prints a row a layer and a column a head: how many of the questions are answered rightly without that head.
OPTION: of lockstep evaluate, such as --masks. LOCKSTEP in the environment names the program
(build/lockstep)."
# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

if (($# < 2)) || [[ $1 == -* ]]; then refuse "CHECKPOINT and QUESTIONS.tsv are needed"; fi
lockstep=${LOCKSTEP:-$(dirname "$0")/../../build/lockstep}
checkpoint=$1 questions=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ask OPTION ...: sets `right`, the number of right answers, and `all`.
ask() {
  quietly "evaluate $*" "$lockstep" evaluate "$checkpoint" "$questions" "$@"
  read -r right all < <(sed -n 's/^Correct: \([0-9]*\)\.0 out of \([0-9]*\)\.0:.*/\1 \2/p' "$work/log") ||
    fail "$questions: has no answers" 65
}

quietly inspect "$lockstep" inspect "$checkpoint"
model=$(sed -n 's/^model: //p' "$work/log")
[[ $model =~ ^([0-9]+)\ layers,\ ([0-9]+)\ heads ]] || fail "$checkpoint: is no model" 65
layers=${BASH_REMATCH[1]} heads=${BASH_REMATCH[2]}
ask "$@"
echo "With all heads: $right of $all questions."
echo
header='| layer, without |' line='|---|'
for ((head = 1; head <= heads; head++)); do
  header+=" head $head |" line+='---|'
done
printf '%s\n' "$header" "$line"
for ((layer = 1; layer <= layers; layer++)); do
  row="| $layer |"
  for ((head = 1; head <= heads; head++)); do
    ask "$@" --without "$layer:$head"
    row+=" $right |"
  done
  echo "$row"
done
