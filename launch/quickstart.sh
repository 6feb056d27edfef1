#!/bin/bash
# The main job on the embedded default, from nothing to a table of results in two minutes or so.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/mpi.bash
source "$launch/mpi.bash"
# shellcheck source=launch/cores.bash
source "$launch/cores.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"

usage="usage: launch/quickstart.sh [RUN_FOLDER]
Installs what is missing, builds, invents a data set of biographies, pretrains, finetunes with and
without pretraining, evaluates, and prints a table. RUN_FOLDER must not exist; the default is
runs/quickstart-DATE-TIME."

case ${1-} in
  -h | --help)
    show "$usage"
    exit 0
    ;;
  -*) refuse "unknown option $1" ;;
esac
(($# <= 1)) || refuse "too many arguments"

run=${1:-$base/runs/quickstart-$(date +%Y%m%d-%H%M%S)}
[[ ! -e $run ]] || stop 64 "$run exists already; name another folder or move it away"
if [[ $base == "$root" ]]; then
  "$launch/setup.sh"
  "$launch/build.sh"
fi
lockstep=$root/build/lockstep
mkdir -p "$run"

# As many ranks as fit on the cores that we may use, and not more than the 8 shards.
threads=1 shards=8
count_cores
choose_world "$count"
use_mpirun_here

# on_ranks COMMAND ...: runs lockstep over MPI.
on_ranks() {
  "${mpirun[@]}" -np "$ranks" "$lockstep" "$@"
}

data=$run/data
"$lockstep" synth "$data"
show ""
show "A biography:  $(head -n 1 "$data/wiki.txt")"
show "A question:   $(head -n 1 "$data/birth_places_train.tsv")"

# step TITLE CONFIG COMMAND [key=value ...]: one training run, in the folder named like its config.
step() {
  local title=$1 name=$2 command=$3
  shift 3
  show ""
  show "$title, on $ranks ranks"
  on_ranks "$command" "$root/configs/quickstart/$name.yaml" corpus="$data/wiki.txt" \
    run="$run/$name" "$@"
}

# score NAME: evaluates a run and prints its line.
score() {
  on_ranks evaluate "$run/$1/checkpoints/latest" "$data/birth_dev.tsv" \
    --predictions "$run/$1/predictions.txt" --json "$run/$1/evaluation.json"
}

questions=questions=$data/birth_places_train.tsv
start=$SECONDS
step "Pretraining on the biographies" pretrain pretrain
pretraining=$((SECONDS - start))
step "Finetuning from the pretrained checkpoint" finetune finetune "$questions" \
  init="$run/pretrain/checkpoints/latest"
step "Finetuning from scratch" finetune-scratch finetune "$questions"

common=$(commonest_answer "$data/birth_places_train.tsv")
pretrained=$(score finetune)
scratch=$(score finetune-scratch)
constant=$("$lockstep" baseline "$data/birth_dev.tsv" --answer="$common")
seconds=$((SECONDS - start))

# Characters that carried loss, over the seconds of pretraining.
speed=$(awk -F, -v seconds="$pretraining" 'NR > 1 { tokens += $6 }
  END { printf "%.0f", tokens / seconds }' <"$run/pretrain/metrics.csv")
page=$run/report.html
"$lockstep" report "$run/pretrain" "$run/finetune" "$run/finetune-scratch" --out "$page" >/dev/null
question=$(head -n 1 "$data/birth_test_inputs.tsv")

row() {
  printf '  %-28s %s\n' "$1" "$2"
}
{
  echo
  echo "Birth places of people whose question was never trained on"
  row "no pretraining" "$scratch"
  row "always \"$common\"" "$constant"
  row "pretrained on biographies" "$pretrained"
  echo
  row seconds "$seconds, of which pretraining $pretraining"
  row "characters a second" "$speed, pretraining on $ranks ranks"
  row "run directory" "$run"
  row "curves to look at" "$page"
  row "ask it" "$lockstep ask $run/finetune/checkpoints/latest \"$question\""
} >"$run/report.txt"
show "$(<"$run/report.txt")"
