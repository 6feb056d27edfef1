#!/bin/bash
# Recipes side by side: each is pretrained, finetuned and scored, with several seeds.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"
# shellcheck source=launch/recipes.bash
source "$launch/recipes.bash"

usage="usage: launch/compare.sh [option ...] RECIPES CORPUS QUESTIONS SCORED REPORT [RUN_FOLDER]
Pretrains each recipe of the file RECIPES on CORPUS, finetunes it on QUESTIONS and scores it on SCORED,
questions with answers that are not among them; the table REPORT (.md) grows with each. A recipe is a line
  NAME: CONFIG key=value ...: CONFIG key=value ...[: OPTION NUMBER ...]
with the configs of pretraining and finetuning, found from the folder of RECIPES, and options of lockstep
evaluate that take a number, as --beams 8; # begins a comment.
Recipes that pretrain alike share that training. Started again with the same arguments it goes on where it
was. RUN_FOLDER: where the runs go (runs/NAME of the report).
  -n RANKS, --oversubscribe, --no-bind: as launch/local.sh
  --seeds N                train each recipe with the seeds 1 to N (1)
  --answers FILE           pretrain with the answers of these questions instead of QUESTIONS'
  --precision PRECISION    of all trainings, instead of the recipes'
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

command=$(spell launch/compare.sh "$@")
seeds=1
while (($#)); do
  case $1 in
    --seeds)
      need_number "$1" "${2-}" 1
      seeds=$number taken=2
      ;;
    *) take_recipe_option "$@" ;;
  esac
  ((taken)) || break
  shift "$taken"
done
take_files "$@"
# shellcheck source=launch/stages.bash
source "$launch/stages.bash"

# find_first: sets `first_with`, by pretraining: what the run folders of the first recipe with it begin with.
find_first() {
  local line name pretraining finetuning scoring
  declare -gA first_with=()
  for line in "${lines[@]}"; do
    take_recipe "$line"
    [[ -n ${first_with[${pretraining[*]}]-} ]] || first_with[${pretraining[*]}]=$name
  done
}

# pretrain RUN SEED CONFIG key=value...: the first recipe's that has this one, for it has the same bits.
pretrain() {
  local run=$1 seed=$2 first
  shift 2
  first=${first_with[$*]}-$seed
  [[ ! -d $runs/$run/pretrain || -L $runs/$run/pretrain ]] || first=$run # it has its own
  train "$first/pretrain" pretrain "$@" seed="$seed"
  [[ $first != "$run" ]] || return 0
  say "$run/pretrain is $first/pretrain"
  { mkdir -p -- "$runs/$run" && ln -sfn -- "../$first/pretrain" "$runs/$run/pretrain"; } ||
    stop 74 "cannot link $runs/$run/pretrain"
}

# print_sums FILE...: of their contents.
print_sums() {
  local file
  for file; do sha256sum <"$file"; done
}

# make LINE SEED: of a recipe; nothing if it was scored with the same settings and files before.
make() {
  local seed=$2 run name pretraining finetuning scoring folder scored_by now
  take_recipe "$1"
  run=$name-$seed folder=$(dirname -- "$recipes")
  now=$(printf '%s\n' "${1#*:}" "${settings[*]}" "$data_sums"
    print_sums "$folder/${pretraining[0]}" "$folder/${finetuning[0]}")
  scored_by=$runs/$run/finetune/scored.txt
  if [[ -f $scored_by && $(<"$scored_by") == "$now" ]]; then
    say "$run is scored already"
    return
  fi
  note_commit "$runs"
  pretrain "$run" "$seed" "${pretraining[@]}"
  train "$run/finetune" finetune "${finetuning[@]}" seed="$seed" \
    init="$runs/$run/pretrain/checkpoints/latest"
  into "$runs/$run/finetune/score.txt" "scoring $run" "$lockstep" evaluate \
    "$runs/$run/finetune/checkpoints/latest" "$scored" "${scoring[@]}" \
    --json "$runs/$run/finetune/evaluation.json"
  show "$(<"$runs/$run/finetune/score.txt")"
  echo "$now" >"$scored_by" || stop 74 "cannot write $scored_by"
}

parts=4
read_recipes
find_first
data_sums=$(print_sums "$corpus" "$questions" "$scored" "${preferred[@]#questions=}")
machine=$(describe_machine)
for line in "${lines[@]}"; do
  for ((seed = 1; seed <= seeds; seed++)); do make "$line" "$seed"; done
  python3 "$launch/compare.py" --run="$runs" --out="$report" --seeds "$seeds" --command "$command" \
    --machine "$machine" --date "$(date +%Y-%m-%d)" -- "${names[@]}"
done
show "$(<"$report")"
say "written: $report"
