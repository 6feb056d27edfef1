#!/bin/bash
# Recipes side by side: each is pretrained, finetuned and scored, with several seeds.
set -euo pipefail
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"

usage="usage: launch/compare.sh [option ...] RECIPES CORPUS QUESTIONS SCORED REPORT [RUN_FOLDER]
Pretrains each recipe of the file RECIPES on CORPUS, finetunes it on QUESTIONS and scores it on SCORED,
questions with answers that are not among them; then writes the table REPORT (.md). A recipe is a line
  NAME: CONFIG key=value ...: CONFIG key=value ...
with the configs of pretraining and finetuning, found from the folder of RECIPES; # begins a comment.
Started again with the same arguments it goes on where it was. RUN_FOLDER: where the runs go (runs/NAME of
the report).
  -n RANKS, --oversubscribe, --no-bind: as launch/local.sh
  --seeds N                train each recipe with the seeds 1 to N (1)
  --precision PRECISION    of all trainings, instead of the recipes'
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

command="launch/compare.sh $*"
options=() settings=() seeds=1
while (($#)); do
  case $1 in
    --seeds)
      need_number "$1" "${2-}" 1
      seeds=$number taken=2
      ;;
    --precision)
      need_precision "${2-}"
      settings=("precision=$2") taken=2
      ;;
    -n | --oversubscribe | --no-bind | -h | --help)
      take_option "$@"
      options+=("${@:1:taken}")
      ;;
    -*) refuse "unknown option $1" ;;
    *) break ;;
  esac
  shift "$taken"
done
(($# == 5 || $# == 6)) || refuse "RECIPES, CORPUS, QUESTIONS, SCORED and REPORT are needed"
recipes=$1 corpus=$2 questions=$3 scored=$4 report=$5
runs=${6:-$(dirname "$launch")/runs/$(basename -- "$report" .md)}
for file in "$recipes" "$corpus" "$questions" "$scored"; do
  [[ -f $file && -r $file ]] || stop 66 "$file: cannot be read"
done
[[ $report == *.md ]] || refuse "REPORT must end in .md"
[[ -x $lockstep ]] || stop 66 "$lockstep is missing: run launch/build.sh"
command -v python3 >/dev/null || stop 69 "python3 is missing: run launch/setup.sh"
mkdir -p -- "$runs" "$(dirname -- "$report")" || stop 74 "cannot make the folders of $runs and $report"
# shellcheck source=launch/stages.bash
source "$launch/stages.bash"

# train RUN COMMAND CONFIG key=value...
train() {
  local run=$1 command=$2 config=$3
  shift 3
  stage "training $run" "$launch/local.sh" "${options[@]}" "$command" "$(dirname -- "$recipes")/$config" \
    corpus="$corpus" questions="$questions" "$@" "${settings[@]}" run="$runs/$run"
}

# name_run RECIPE: sets `name` to what its runs' folders begin with; as compare.py does.
name_run() {
  local LC_ALL=C.UTF-8
  name=${1//[^a-zA-Z0-9]/-}
}

# make RECIPE SEED: of the line `recipe`.
make() {
  local seed=$2 run pretraining finetuning name
  name_run "$1"
  run=$name-$seed
  read -ra pretraining <<<"${recipe[1]}"
  read -ra finetuning <<<"${recipe[2]}"
  train "$run/pretrain" pretrain "${pretraining[@]}" seed="$seed"
  train "$run/finetune" finetune "${finetuning[@]}" seed="$seed" \
    init="$runs/$run/pretrain/checkpoints/latest"
  stage "scoring $run" "$lockstep" evaluate "$runs/$run/finetune/checkpoints/latest" "$scored" \
    --json "$runs/$run/finetune/evaluation.json"
}

mapfile -t lines < <(sed 's/#.*//; /^[[:space:]]*$/d' <"$recipes")
names=()
declare -A taken_names=()
for line in "${lines[@]}"; do
  IFS=: read -ra recipe <<<"$line"
  [[ ${#recipe[@]} == 3 && -n ${recipe[0]} ]] ||
    stop 65 "$recipes: '$line' is not NAME: CONFIG ...: CONFIG ..."
  name_run "${recipe[0]}"
  [[ -z ${taken_names[$name]-} ]] || stop 65 "$recipes: two recipes have the run folder $name; rename one"
  taken_names[$name]=yes names+=("${recipe[0]}")
done
note_commit "$runs"
for line in "${lines[@]}"; do
  IFS=: read -ra recipe <<<"$line"
  for ((seed = 1; seed <= seeds; seed++)); do make "${recipe[0]}" "$seed"; done
done
python3 "$launch/compare.py" --run="$runs" --out="$report" --seeds "$seeds" --command "$command" \
  --machine "$(describe_machine)" --date "$(date +%Y-%m-%d)" -- "${names[@]}"
say "written: $report"
