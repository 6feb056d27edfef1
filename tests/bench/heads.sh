#!/bin/bash
# What each head of a trained model is needed for: the questions that it answers with all of them, and with
# each switched off in turn, as a Markdown table.
set -euo pipefail

usage="usage: tests/bench/heads.sh CHECKPOINT QUESTIONS.tsv
Prints a row a layer and a column a head: how many of the questions are answered rightly without that head.
LOCKSTEP in the environment names the program (build/lockstep)."

if (($# != 2)) || [[ $1 == -* ]]; then
  echo "$usage" >&2
  exit 64
fi
lockstep=${LOCKSTEP:-$(dirname "$0")/../../build/lockstep}

# right [OPTION ...]: the number of right answers.
right() {
  "$lockstep" evaluate "$checkpoint" "$questions" "$@" 2> /dev/null | sed -n 's/^Correct: \([0-9]*\).*/\1/p'
}

checkpoint=$1 questions=$2
model=$("$lockstep" inspect "$checkpoint" | sed -n 's/^model: //p')
[[ $model =~ ^([0-9]+)\ layers,\ ([0-9]+)\ heads ]] || exit
layers=${BASH_REMATCH[1]} heads=${BASH_REMATCH[2]}
echo "With all heads: $(right) of $(wc -l < "$questions") questions."
echo
header='| layer, without |' line='|---|'
for ((head = 1; head <= heads; head++)); do
  header+=" head $head |" line+='---|'
done
printf '%s\n' "$header" "$line"
for ((layer = 1; layer <= layers; layer++)); do
  printf '| %d |' "$layer"
  for ((head = 1; head <= heads; head++)); do printf ' %d |' "$(right --without "$layer:$head")"; done
  echo
done
