#!/bin/bash
# Training steps, side by side: PyTorch DDP (gloo) and Lockstep, 2 ranks x 1 thread each, and what
# there is to say of Lockstep's own: scaling, shares of a step, evaluation.
set -euo pipefail

usage="usage: tests/bench/versus_pytorch.sh --out FOLDER [option ...]
  --out FOLDER       where performance.md and performance.csv go
  --rounds N         runs of each side, in turn (3)
  --steps N          timed steps a run (5)
  --cases REGEX      only those that it finds of pretrain, finetune, block1024 and gpt2, each with
                     -fp32 or -bf16 behind it (all, finetune in fp32 alone)
  --ways REGEX       only these ways of PyTorch's: attention plain, sdpa or sdpa32 (in fp32 also
                     under autocast), each with +compile behind it, too (all)
  --corpus FILE      text to pretrain on (invented text with the same lengths)
  --questions FILE   question<TAB>answer lines to finetune on; needs --corpus
  --dev FILE         questions to time evaluate on (the first 500 of --questions)
  --tiny             a tiny model, to try this script out: its times mean nothing
Every way that this PyTorch has is tried for a step first; the fastest of a case runs in the rounds, and
padded rows eagerly beside it. Debian's torch.compile needs g++, python3-dev, python3-setuptools and
libtorch-dev.
Both sides get the kernels of OpenBLAS that Lockstep chooses: OPENBLAS_CORETYPE is not looked at.
LOCKSTEP in the environment names the program (build/lockstep), PYTHON the interpreter; for that of
another Debian, PYTHON=tests/systems/python.sh with SYSTEM=debian13."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=launch/facts.bash
source "$root/launch/facts.bash"
lockstep=${LOCKSTEP:-$root/build/lockstep}
command="tests/bench/versus_pytorch.sh $*"
known=(pretrain-{fp32,bf16} finetune-fp32 {block1024,gpt2}-{fp32,bf16})
ranks=2 out="" rounds=3 steps=5 corpus="" questions="" dev="" tiny="" cases="" ways=""
while (($#)); do
  case $1 in
    --tiny) tiny=1 ;;
    --out | --rounds | --steps | --cases | --ways | --corpus | --questions | --dev)
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
printf '%s\n' "${known[@]}" | grep -qE -- "$cases" || refuse "--cases finds none of ${known[*]}"
[[ -z $corpus || -r $corpus ]] || fail "--corpus: $corpus cannot be read" 66
[[ -z $questions || -r $questions ]] || fail "--questions: $questions cannot be read" 66
[[ -z $dev || -r $dev ]] || fail "--dev: $dev cannot be read" 66
[[ -n $corpus || -z $questions ]] || refuse "--questions needs --corpus, for the characters"
[[ -z $corpus || -n $questions ]] || refuse "--corpus needs --questions"
[[ -x $lockstep ]] ||
  fail "no program at $lockstep: run launch/build.sh, or set LOCKSTEP" 66
command -v mpirun >/dev/null || fail "mpirun is missing: apt-get install openmpi-bin" 69
unset OPENBLAS_CORETYPE
kernels=$(blas_kernels "$lockstep")
mkdir -p "$out" || fail "$out cannot be made" 74

# shellcheck source=/dev/null
source "$root/tests/reference/torch.bash"
python=$(find_torch) || exit 77
[[ -z ${PYTHON-} || $python == "$PYTHON" ]] || fail "PYTHON=$PYTHON has not torch, h5py and numpy" 69

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TORCHINDUCTOR_CACHE_DIR=$work/inductor

text="the given corpus and questions"
if [[ -z $corpus ]]; then
  python3 "$root/tests/bench/invent.py" "$work"
  text="invented text"
else
  cp -- "$corpus" "$work/corpus.txt" # where a PYTHON of another system sees them
  cp -- "$questions" "$work/questions.tsv"
fi
corpus=$work/corpus.txt questions=$work/questions.tsv long=$work/long.txt
awk -f "$root/tests/bench/long.awk" "$corpus" >"$long"
[[ -z $tiny ]] || text="$text, tiny models"

if [[ -z $dev ]]; then
  dev=$work/dev.tsv
  head -n 500 "$questions" >"$dev"
fi

seed=$root/configs/seed
shape_keys=(layers heads channels block)
declare -A way=() library=() # of a case

# describe TASK BATCH LAYERS HEADS CHANNELS BLOCK: a case's work as both sides are told of it, which
# is the seed recipes' own, GPT-2's, or tiny.
describe() {
  local task=$1 batch=$2 sizes=("${@:3}") i
  [[ -z $tiny ]] || batch=16 sizes=(2 2 32 64)
  settings+=(batch_size="$batch" corpus="$corpus")
  theirs=("$task" --batch "$batch" --corpus "$corpus" --questions "$questions")
  for i in "${!shape_keys[@]}"; do
    settings+=("model.${shape_keys[i]}=${sizes[i]}")
    theirs+=("--${shape_keys[i]}" "${sizes[i]}")
  done
}

# settings_of CASE: sets settings, for lockstep pretrain and bench, theirs, for ddp.py, and kinds, of
# rows; the fastest way is looked for in the last of them.
settings_of() {
  local corpus=$corpus
  kinds=(padded packed)
  case $1 in
    pretrain-*)
      settings=("$seed/pretrain.yaml")
      describe pretrain 128 4 8 256 128
      ;;
    finetune-*)
      settings=("$seed/finetune-scratch.yaml" questions="$questions")
      describe finetune 256 4 8 256 128
      ;;
    block1024-*)
      settings=("$seed/pretrain.yaml" deal=alike)
      corpus=$long
      describe pretrain 16 4 8 256 1024
      ;;
    gpt2-*)
      settings=(objective.kind=language objective.across=true objective.full=true learning_rate=6e-4 dropout=0)
      kinds=(dense)
      describe language 8 12 12 768 1024
      theirs+=(--dropout 0)
      ;;
  esac
}

# agree_on CASE FILE: a model of that case and its scores of whole and cut lines of FILE, into models.
agree_on() {
  local of=$work/agreement-$1
  settings_of "$1"
  quietly "lockstep pretrain ($1)" "$lockstep" pretrain "${settings[@]}" run="$of" steps=2
  awk 'length > 8 && n++ < 40 { print; line = $1; for (i = 2; i <= NF && i < n + 2; i++) line = line " " $i
    print line }' "$2" >"$of.txt"
  "$lockstep" score "$of/checkpoints/latest" "$of.txt" >"$of.scores" || fail "lockstep score failed"
  models+=("$of/checkpoints/latest" "$of.txt" "$of.scores")
}

# The same weights must give the same loss in both before any time is compared.
check_agreement() {
  models=()
  agree_on pretrain-fp32 "$corpus"
  agree_on block1024-fp32 "$long"
  agreement=$("$python" "$root/tests/bench/agreement.py" "${models[@]}") ||
    fail "the losses differ, so times cannot be compared"
  echo "$agreement"
}

# PyTorch gets the OpenBLAS kernels that Lockstep chose: left alone, OpenBLAS takes kernels of 2004
# for processors that it does not know, and the comparison would be won by that.
run_pytorch() { # CASE KIND WAY STEPS JSON
  local warm_up=2 # as bench has; compiling is done in the second at the latest
  settings_of "$1"
  env OPENBLAS_CORETYPE="$kernels" "$python" "$root/tests/bench/ddp.py" "${theirs[@]}" --rows "$2" \
    --way "$3" --precision "${1#*-}" --ranks "$ranks" --steps "$4" --warm-up "$warm_up" --json "$5"
}

# In bf16 Lockstep's attention is so too where sequences are long: PyTorch's, which tries both, is slower in it.
run_lockstep() { # CASE RANKS STEPS JSON
  local precision=${1#*-}
  settings_of "$1"
  [[ $1 != @(block1024|gpt2)-bf16 ]] || precision=bf16_attention
  mpirun -np "$2" "$lockstep" bench "${settings[@]}" precision="$precision" products="${library[$1]-openblas}" \
    --steps "$3" --json "$4"
}

# choose_library CASE: of fp32 products the faster, as bench measures them in the case's shapes.
choose_library() {
  local json=$work/try.json
  [[ $1 == *-fp32 ]] || return 0
  quietly "lockstep bench ($1)" run_lockstep "$1" "$ranks" 1 "$json"
  library[$1]=$(jq -r 'if .onednn_gflops > .openblas_gflops then "onednn" else "openblas" end' "$json")
  echo "$1, products by ${library[$1]}"
}

# suits CASE WAY: sdpa32 is sdpa in fp32; plain attention of GPT-2's size is slower than the kernel and
# takes gigabytes; what did not run here is not tried again.
suits() {
  case $1,$2 in
    *-fp32,sdpa32*) return 1 ;;
    gpt2-*,plain*) [[ ${offered[*]} != *sdpa* ]] ;;
    *) [[ " $broken " != *" $2 "* ]] ;;
  esac
}

# choose_way CASE: of several that are offered the fastest of a step of each, into way and, with all
# others, tried-CASE.
choose_way() {
  local one kind json=$work/try.json seconds
  settings_of "$1"
  kind=${kinds[-1]} way[$1]=${offered[0]}
  : >"$work/tried-$1"
  ((${#offered[@]} > 1)) || return 0
  for one in "${offered[@]}"; do
    suits "$1" "$one" || continue
    if ! run_pytorch "$1" "$kind" "$one" 1 "$json" >"$work/log" 2>&1; then
      echo "$one does not run here: $(grep -E 'rror:' "$work/log" | tail -n 1)" >&2
      broken+=" $one"
      continue
    fi
    seconds=$(sed -n 's/.*"step_seconds": \([0-9.e-]*\).*/\1/p' "$json")
    echo "$seconds $one" >>"$work/tried-$1"
    echo "$1, $kind rows, $one: $seconds s"
  done
  way[$1]=$(sort -g "$work/tried-$1" | sed -n '1s/.* //p')
  [[ -n ${way[$1]} ]] || fail "no way of PyTorch's runs $1"
}

# Whole commands, loading the model included.
time_evaluate() { # ROUND
  local start=${EPOCHREALTIME/./}
  quietly "lockstep evaluate" mpirun -np "$ranks" "$lockstep" evaluate \
    "$work/agreement-pretrain-fp32/checkpoints/latest" "$dev" --predictions "$work/predictions"
  echo $((${EPOCHREALTIME/./} - start)) >"$work/evaluate-$1"
}

time_round() { # CASE ROUND
  local kind one
  settings_of "$1"
  quietly "lockstep bench ($1)" run_lockstep "$1" "$ranks" "$steps" "$work/$1-$2-lockstep.json"
  for kind in "${kinds[@]}"; do
    one=${way[$1]}
    [[ $kind != padded ]] || one=plain
    quietly "PyTorch ($1, $kind)" run_pytorch "$1" "$kind" "$one" "$steps" "$work/$1-$2-$kind.json"
  done
}

read -r load _ </proc/loadavg
check_agreement
# bf16 takes a build with oneDNN and a processor with the instructions.
precisions=.
if ! run_lockstep pretrain-bf16 1 1 "$work/try.json" >"$work/log" 2>&1; then
  grep -q 'precision is bf16, but' "$work/log" || {
    cat "$work/log" >&2
    fail "lockstep bench in bf16 failed, see above"
  }
  precisions=fp32
fi
chosen=()
for case in "${known[@]}"; do
  [[ ! $case =~ $cases || ! ${case#*-} =~ $precisions ]] || chosen+=("$case")
done
((${#chosen[@]})) || fail "bf16 does not run here: $(cat "$work/log")" 69
mapfile -t offered < <("$python" "$root/tests/bench/ddp.py" --ways | grep -E -- "$ways")
((${#offered[@]})) || fail "--ways: '$ways' finds none that this PyTorch has" 64
broken=""
for case in "${chosen[@]}"; do
  choose_library "$case"
  choose_way "$case"
done

for ((i = 1; i <= rounds; i++)); do
  for case in "${chosen[@]}"; do
    echo "round $i of $rounds: $case"
    time_round "$case" "$i"
  done
  [[ " ${chosen[*]} " != *" pretrain-fp32 "* ]] || {
    quietly "lockstep bench on one rank" run_lockstep pretrain-fp32 1 "$steps" "$work/alone-$i.json"
    time_evaluate "$i"
  }
done

echo
python3 "$root/tests/bench/report.py" --work "$work" --out "$out" --rounds "$rounds" \
  --command "$command" --commit "$(describe_commit)" --date "$(date +%Y-%m-%d)" --text "$text" \
  --agreement "$agreement" --load "$load" --questions "$(wc -l <"$dev")" --cases "${chosen[@]}"
