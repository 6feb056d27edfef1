#!/bin/bash
# What recipes store, and what of it can be asked for, over the epochs of pretraining.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"
# shellcheck source=launch/recipes.bash
source "$launch/recipes.bash"

usage="usage: launch/recall.sh [option ...] RECIPES CORPUS QUESTIONS SCORED REPORT [RUN_FOLDER]
Pretrains each recipe of the file RECIPES, whose lines are launch/compare.sh's, on CORPUS, and finetunes a
copy of each checkpoint that keep_every keeps, and of the last, on QUESTIONS. Both are asked where the
people of SCORED were born, questions that are not among them: in their documents, the place cut out, by what
the documents begin with, by the questions, and by some never trained on. Writes REPORT (.md), and .csv and
.svg beside it. Hours: started again with the same arguments it goes on where it was. RUN_FOLDER: where the
runs go (runs/NAME of the report).
  -n RANKS, --oversubscribe, --no-bind: as launch/local.sh
  --also FILE              ask these, question<TAB>answer lines, too; may be given again
  --answers FILE           pretrain with the answers of these questions instead of QUESTIONS'
  --precision PRECISION    of all trainings, instead of the recipes'
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

command=$(spell launch/recall.sh "$@")
also=()
while (($#)); do
  case $1 in
    --also)
      is_readable "${2-}" || stop 66 "--also needs a file of questions, not '${2-}'"
      also+=(--also "$2") taken=2
      ;;
    *) take_recipe_option "$@" ;;
  esac
  ((taken)) || break
  shift "$taken"
done
take_files "$@"
command -v gnuplot >/dev/null || stop 69 "gnuplot is missing: run launch/setup.sh"
forms=$runs/forms.tsv
# shellcheck source=launch/stages.bash
source "$launch/stages.bash"

# write_forms: what is asked, such that it fits into the blocks of all recipes.
write_forms() {
  local line name pretraining finetuning block least=999999999
  for line in "${lines[@]}"; do
    take_recipe "$line"
    block=$("$lockstep" config "$(dirname -- "$recipes")/${pretraining[0]}" "${pretraining[@]:1}" \
      corpus="$corpus" questions="$questions" --keys model.block --null | tr -d '\0')
    to_number block "$block"
    ((block >= least)) || least=$block
  done
  python3 "$launch/forms.py" --corpus="$corpus" --held="$scored" --block="$least" --out="$runs" "${also[@]}"
}

# is_known ANSWERS CHECKPOINT: they are of this checkpoint, and to what is asked today.
is_known() {
  [[ $1 -nt $2 && $1 -nt $forms ]]
}

# measure CHECKPOINT ANSWERS
measure() {
  is_known "$2" "$1" ||
    stage "asking $1" "$lockstep" evaluate "$1" "$forms" --masks --json "$2" >/dev/null
}

# find_points RUN: sets `points` to the steps whose checkpoints are kept and the last, as their files have them.
find_points() {
  local every file step number last folder=$runs/$1/pretrain
  to_number every "$(sed -n 's/^keep_every: //p' "$folder/config.yaml")"
  last=$(readlink -- "$folder/checkpoints/latest")
  points=()
  for file in "$folder"/checkpoints/step-*.h5; do
    step=${file##*/step-} step=${step%.h5}
    to_number number "$step" || continue
    if [[ ${file##*/} == "$last" ]] || ((every && number % every == 0)); then points+=("$step"); fi
  done
}

# ask_point RUN STEP: the checkpoint, and a copy that is finetuned.
ask_point() {
  local checkpoint=$runs/$1/pretrain/checkpoints/step-$2.h5 answers=$runs/$1/points/$2
  measure "$checkpoint" "$answers-pretrained.json"
  ! is_known "$answers-finetuned.json" "$checkpoint" || return 0
  train "$1/finetune-$2" finetune "${finetuning[@]}" init="$checkpoint" keep_last=1
  measure "$runs/$1/finetune-$2/checkpoints/latest" "$answers-finetuned.json"
}

# follow LINE: a recipe.
follow() {
  local name pretraining finetuning points step
  take_recipe "$1"
  train "$name/pretrain" pretrain "${pretraining[@]}"
  mkdir -p -- "$runs/$name/points" || stop 74 "cannot make the folder $runs/$name/points"
  find_points "$name"
  printf '%s\n' "${points[@]}" >"$runs/$name/points.txt"
  for step in "${points[@]}"; do ask_point "$name" "$step"; done
}

read_recipes
note_commit "$runs"
write_forms
for line in "${lines[@]}"; do follow "$line"; done
python3 "$launch/recall.py" --run="$runs" --out="$report" --held "$(grep -c '' "$scored")" \
  --command "$command" --machine "$(describe_machine)" --date "$(date +%Y-%m-%d)" -- "${names[@]}"
say "written: $report"
