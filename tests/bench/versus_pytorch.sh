#!/bin/bash
# One training step, side by side: PyTorch DDP (gloo) and Lockstep, 2 ranks x 1 thread each, and what
# there is to say of Lockstep's own: scaling, shares of a step, evaluation.
set -euo pipefail

usage="usage: tests/bench/versus_pytorch.sh --out FOLDER [option ...]
  --out FOLDER       where performance.md and performance.csv go
  --rounds N         runs of each side, in turn (3)
  --steps N          timed steps a run (5)
  --corpus FILE      text to pretrain on (invented text with the same lengths)
  --questions FILE   question<TAB>answer lines to finetune on; needs --corpus
  --dev FILE         questions to time evaluate on (the first 500 of --questions)
  --tiny             a tiny model, to try this script out: its times mean nothing
LOCKSTEP in the environment names the program (build/lockstep), PYTHON the interpreter."

fail() {
  echo "versus_pytorch.sh: $1" >&2
  exit "${2:-1}"
}

refuse() {
  echo "$usage" >&2
  fail "$1" 64
}

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=launch/facts.bash
source "$root/launch/facts.bash"
lockstep=${LOCKSTEP:-$root/build/lockstep}
command="tests/bench/versus_pytorch.sh $*"
ranks=2 out="" rounds=3 steps=5 corpus="" questions="" dev="" tiny=""
while (($#)); do
  case $1 in
    --tiny) tiny=1 ;;
    --out | --rounds | --steps | --corpus | --questions | --dev)
      (($# > 1)) || refuse "$1 needs a value"
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *) refuse "unknown argument '$1'" ;;
  esac
  shift
done

[[ -n $out ]] || refuse "--out is missing"
[[ $rounds =~ ^[1-9][0-9]{0,3}$ ]] || refuse "--rounds must be a number from 1 up"
[[ $steps =~ ^[1-9][0-9]{0,5}$ ]] || refuse "--steps must be a number from 1 up"
[[ -z $corpus || -r $corpus ]] || fail "--corpus: $corpus cannot be read" 66
[[ -z $questions || -r $questions ]] || fail "--questions: $questions cannot be read" 66
[[ -z $dev || -r $dev ]] || fail "--dev: $dev cannot be read" 66
[[ -n $corpus || -z $questions ]] || refuse "--questions needs --corpus, for the characters"
[[ -z $corpus || -n $questions ]] || refuse "--corpus needs --questions"
[[ -x $lockstep ]] ||
  fail "no program at $lockstep: run launch/build.sh, or set LOCKSTEP" 66
command -v mpirun >/dev/null || fail "mpirun is missing: apt-get install openmpi-bin" 69
mkdir -p "$out" || fail "$out cannot be made" 74

# shellcheck source=/dev/null
source "$root/tests/reference/torch.bash"
python=$(find_torch) || exit 77
if [[ $(id -u) == 0 ]]; then
  # Open MPI asks this of root.
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

text="the given corpus and questions"
if [[ -z $corpus ]]; then
  "$python" "$root/tests/bench/invent.py" "$work"
  corpus=$work/corpus.txt questions=$work/questions.tsv
  text="invented text"
fi

if [[ -z $dev ]]; then
  dev=$work/dev.tsv
  head -n 500 "$questions" >"$dev"
fi

# The recipes' own shape and batches, or a tiny model told to both sides.
pretrain_batch=128 finetune_batch=256
lockstep_shape=() pytorch_shape=()
if [[ -n $tiny ]]; then
  pretrain_batch=16 finetune_batch=16
  lockstep_shape=(model.layers=2 model.heads=2 model.channels=32 model.block=64)
  pytorch_shape=(--layers 2 --heads 2 --channels 32 --block 64)
  text="$text, tiny model"
fi

# quietly NAME COMMAND ...: its output is shown when it fails.
quietly() {
  local name=$1
  shift
  "$@" >"$work/log" 2>&1 && return
  cat "$work/log" >&2
  fail "$name failed, see above"
}

# The settings of one task, for lockstep pretrain and lockstep bench.
settings_of() { # TASK
  if [[ $1 == pretrain ]]; then
    settings=("$root/configs/seed/pretrain.yaml" batch_size="$pretrain_batch")
  else
    settings=("$root/configs/seed/finetune-scratch.yaml" batch_size="$finetune_batch"
      questions="$questions")
  fi
  settings+=(corpus="$corpus" "${lockstep_shape[@]}")
}

# The same weights must give the same loss in both before any time is compared.
check_agreement() {
  local checkpoint=$work/run/checkpoints/latest
  settings_of pretrain
  quietly "lockstep pretrain" "$lockstep" pretrain "${settings[@]}" run="$work/run" steps=2
  awk 'length > 8 && n++ < 200' "$corpus" >"$work/text"
  "$lockstep" score "$checkpoint" "$work/text" >"$work/scores" ||
    fail "lockstep score failed"
  agreement=$("$python" "$root/tests/reference/load_checkpoint.py" "$checkpoint" \
    "$work/text" "$work/scores") || fail "the losses differ, so times cannot be compared"
  echo "$agreement"
}

# PyTorch gets the OpenBLAS kernels that Lockstep chose: left alone, OpenBLAS takes kernels of 2004
# for processors that it does not know, and the comparison would be won by that.
time_pytorch() { # TASK PRECISION ROUND
  local batch=${1}_batch core
  core=$(sed -n 's/.*"blas":.* \([A-Za-z0-9]*\)".*/\U\1/p' "$work/$1-$2-$3-lockstep.json")
  quietly "PyTorch ($1, $2)" env OPENBLAS_CORETYPE="$core" "$python" "$root/tests/bench/ddp.py" "$1" \
    --precision "$2" --corpus "$corpus" --questions "$questions" --ranks "$ranks" \
    --batch "${!batch}" --steps "$steps" --json "$work/$1-$2-$3-pytorch.json" "${pytorch_shape[@]}"
}

time_lockstep() { # TASK PRECISION ROUND RANKS NAME
  settings_of "$1"
  quietly "lockstep bench ($1, $2)" mpirun -np "$4" "$lockstep" bench "${settings[@]}" \
    precision="$2" --steps "$steps" --json "$work/$1-$2-$3-$5.json"
}

# Whole commands, loading the model included.
time_evaluate() { # ROUND
  local start=${EPOCHREALTIME/./}
  quietly "lockstep evaluate" mpirun -np "$ranks" "$lockstep" evaluate \
    "$work/run/checkpoints/latest" "$dev" --predictions "$work/predictions"
  echo $((${EPOCHREALTIME/./} - start)) >"$work/evaluate-$1"
}

# bf16 takes a build with oneDNN and a processor with the instructions.
cases=("pretrain fp32" "finetune fp32")
settings_of pretrain
if "$lockstep" bench "${settings[@]}" precision=bf16 --steps 1 >"$work/log" 2>&1; then
  cases=("pretrain fp32" "pretrain bf16" "finetune fp32")
elif (($? != 64)); then
  cat "$work/log" >&2
  fail "lockstep bench in bf16 failed, see above"
fi

read -r load _ </proc/loadavg
check_agreement
for ((i = 1; i <= rounds; i++)); do
  for case in "${cases[@]}"; do
    echo "round $i of $rounds: $case"
    read -r task precision <<<"$case"
    time_lockstep "$task" "$precision" "$i" "$ranks" lockstep
    time_pytorch "$task" "$precision" "$i"
  done
  time_lockstep pretrain fp32 "$i" 1 alone
  time_evaluate "$i"
done

echo
"$python" "$root/tests/bench/report.py" --work "$work" --out "$out" --rounds "$rounds" \
  --command "$command" --commit "$(describe_commit)" --date "$(date +%Y-%m-%d)" --text "$text" \
  --agreement "$agreement" --load "$load" --pretrain-batch "$pretrain_batch" \
  --finetune-batch "$finetune_batch" --questions "$(wc -l <"$dev")" --cases "${cases[@]/ /-}"
