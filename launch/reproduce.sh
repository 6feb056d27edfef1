#!/bin/bash
# The experiment from end to end: what pretraining brings, on the assignment's data or other files like it.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"

usage="usage: launch/reproduce.sh [option ...] DATA [RUN_FOLDER]
Finetunes from scratch, pretrains, finetunes the pretrained model, and scores all of it and a constant
answer on DATA/birth_dev.tsv; then writes FOLDER/experiment.md with its curves, costs and the answers to
DATA/birth_test_inputs.tsv. DATA holds the four files that launch/get-data.sh checks. Hours: started again
with the same arguments, also on another number of ranks, it goes on where it was. An interrupt, or a
SIGTERM, ends it with a checkpoint and exit code 75; a second one ends it at once. RUN_FOLDER: where the
runs go (runs/experiment).
  -n RANKS, --oversubscribe, --no-bind: as launch/local.sh
  --out FOLDER             where the report goes (results)
  --seeds N                finetune with the seeds 1 to N (3)
  --probe-every STEPS      finetune and score a copy after so many steps of pretraining (1495: 65 epochs)
  --config-folder FOLDER   other recipes: pretrain.yaml, finetune.yaml and finetune-scratch.yaml
                           (configs/seed)
  --precision PRECISION    of all trainings, instead of the recipes'
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

command=$(spell launch/reproduce.sh "$@")
options=() out=$base/results seeds=3 probe_every=1495 configs=$root/configs/seed precision=
while (($#)); do
  case $1 in
    --out | --config-folder) [[ -n ${2-} ]] || refuse "$1 needs a folder" ;;&
    --seeds | --probe-every) need_number "$1" "${2-}" 1 ;;&
    --out) out=$2 taken=2 ;;
    --config-folder) configs=$2 taken=2 ;;
    --precision)
      need_precision "${2-}"
      precision=$2 taken=2
      ;;
    --seeds) seeds=$number taken=2 ;;
    --probe-every) probe_every=$number taken=2 ;;
    -n | --oversubscribe | --no-bind | -h | --help)
      take_option "$@"
      options+=("${@:1:taken}")
      ;;
    -*) refuse "unknown option $1" ;;
    *) break ;;
  esac
  shift "$taken"
done
(($# == 1 || $# == 2)) || refuse "DATA, and at most a RUN_FOLDER, are needed"
data=$1 runs=${2:-$base/runs/experiment}
for name in wiki.txt birth_places_train.tsv birth_dev.tsv birth_test_inputs.tsv; do
  is_readable "$data/$name" || stop 66 "$data/$name is missing: see launch/get-data.sh"
done
[[ -x $lockstep ]] || stop 66 "$lockstep is missing: run launch/build.sh"
for tool in python3 gnuplot; do
  command -v $tool >/dev/null || stop 69 "$tool is missing: run launch/setup.sh"
done
mkdir -p -- "$runs" "$out" || stop 74 "cannot make the folders $runs and $out"

# shellcheck source=launch/stages.bash
source "$launch/stages.bash"

# set_precision: in copies of the recipes, since a probe follows its recipe alone.
set_precision() {
  local recipe
  mkdir -p -- "$runs/recipes" || stop 74 "cannot make the folder $runs/recipes"
  for recipe in pretrain finetune finetune-scratch; do
    {
      echo "precision: $precision"
      sed '/^precision:/d' <"$configs/$recipe.yaml"
    } >"$runs/recipes/$recipe.yaml"
  done
  configs=$runs/recipes
}

# train NAME COMMAND CONFIG key=value...: a complete run ends at once.
train() {
  local name=$1 command=$2 config=$3
  shift 3
  stage "training $name" "$launch/local.sh" "${options[@]}" "$command" "$configs/$config.yaml" \
    corpus="$data/wiki.txt" questions="$data/birth_places_train.tsv" run="$runs/$name" "$@"
}

# score NAME
score() {
  local checkpoint=$runs/$1/checkpoints/latest
  into "$runs/$1/score.txt" "scoring $1" "$lockstep" evaluate "$checkpoint" "$data/birth_dev.tsv" \
    --json "$runs/$1/evaluation.json"
  show "$(<"$runs/$1/score.txt")"
}

note_commit "$runs"
[[ -z $precision ]] || set_precision

for ((seed = 1; seed <= seeds; seed++)); do
  train "scratch-$seed" finetune finetune-scratch seed=$seed
  score "scratch-$seed"
done
train pretrain pretrain pretrain dev="$data/birth_dev.tsv" probe.config="$configs/finetune.yaml" \
  probe.every="$probe_every"
for ((seed = 1; seed <= seeds; seed++)); do
  train "finetune-$seed" finetune finetune init="$runs/pretrain/checkpoints/latest" seed=$seed
  score "finetune-$seed"
  stage "answering the test questions" "$lockstep" evaluate "$runs/finetune-$seed/checkpoints/latest" \
    "$data/birth_test_inputs.tsv" --predictions "$runs/finetune-$seed/predictions.txt"
done
constant=$(commonest_answer "$data/birth_places_train.tsv")
"$lockstep" baseline "$data/birth_dev.tsv" --answer="$constant" >"$runs/constant.txt"

kind="other files than the assignment's" reported=()
if "$launch/get-data.sh" "$data" >/dev/null 2>&1; then
  kind="the assignment's four files, SHA-256 checked" reported=(--reported)
fi
python3 "$launch/experiment.py" --run="$runs" --out="$out" --seeds "$seeds" "${reported[@]}" \
  --constant="$constant" --command "$command" --machine "$(describe_machine)" --data "$kind" \
  --date "$(date +%Y-%m-%d)"
say "written: $out/experiment.md"
