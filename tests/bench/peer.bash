# Lockstep and PyTorch DDP at the same work. To be sourced by a script that has set `usage`, `out`, `ranks`, `tiny`,
# `ways` and `corpus` and `questions`, which may be empty, and has `settings_of CASE`, which calls `describe`. A case
# is WORK-PRECISION, with -avx2 behind it where both sides do without AVX-512, Lockstep as the program `avx2`.
# shellcheck disable=SC2154 # all are the script's

# shellcheck source=tests/bench/bench.bash
source "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/reference/torch.bash
source "$root/tests/reference/torch.bash"
seed=$root/configs/seed
shape_keys=(layers heads channels block)
declare -A way=() library=() # of a case
broken=""

# get_ready: what both sides need is there, else it ends the script; makes `work` and the texts.
get_ready() {
  need_program
  command -v mpirun >/dev/null || fail "mpirun is missing: apt-get install openmpi-bin" 69
  unset OPENBLAS_CORETYPE
  mkdir -p "$out" || fail "$out cannot be made" 74
  python=$(find_torch) || exit 77
  [[ -z ${PYTHON-} || $python == "$PYTHON" ]] || fail "PYTHON=$PYTHON has not torch, h5py and numpy" 69
  mapfile -t offered < <("$python" "$root/tests/bench/ddp.py" --ways | grep -E -- "$ways" | tac)
  ((${#offered[@]})) || fail "--ways: '$ways' finds none that this PyTorch has" 64
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  export TORCHINDUCTOR_CACHE_DIR=$work/inductor
  make_texts
}

make_texts() {
  text="the given corpus and questions"
  if [[ -z $corpus ]]; then
    python3 "$root/tests/bench/invent.py" "$work"
    text="invented text"
  else
    cp -- "$corpus" "$work/corpus.txt" # where a PYTHON of another system sees them
    cp -- "$questions" "$work/questions.tsv"
  fi
  corpus=$work/corpus.txt questions=$work/questions.tsv
  awk -f "$root/tests/bench/long.awk" "$corpus" >"$work/long.txt"
  [[ -z $tiny ]] || text="$text, tiny models"
}

# describe TASK BATCH LAYERS HEADS CHANNELS BLOCK: a case's work as both sides are told of it, which is the seed
# recipes' own, a language model's without dropout, or tiny. Sets settings, for lockstep pretrain and bench, theirs,
# for ddp.py, kinds, of rows, the last of which is the fastest, half, the precision for bf16, and documents, a file, of
# which so many lines are enough to compare the loss.
describe() {
  local task=$1 batch=$2 sizes=("${@:3}") i
  documents=$corpus lines=40 half=bf16 kinds=(padded packed)
  # In bf16 our attention is so too where sequences are long: PyTorch's, which tries both, is slower in it.
  (($6 < 1024)) || half=bf16_attention
  case $task in
    pretrain) settings=("$seed/pretrain.yaml") ;;
    finetune) settings=("$seed/finetune-scratch.yaml" questions="$questions") ;;
    language)
      settings=(objective.kind=language objective.across=true objective.full=true learning_rate=6e-4 dropout=0)
      kinds=(dense)
      ;;
  esac
  if [[ $task == pretrain ]] && (($6 > 128)); then
    settings+=(deal=alike)
    documents=$work/long.txt lines=8
  fi
  [[ -z $tiny ]] || batch=16 sizes=(2 2 32 64)
  settings+=(batch_size="$batch" corpus="$documents")
  ((batch >= 8)) || settings+=(shards="$batch")
  theirs=("$task" --batch "$batch" --corpus "$documents" --questions "$questions")
  [[ $task != language ]] || theirs+=(--dropout 0)
  for i in "${!shape_keys[@]}"; do
    settings+=("model.${shape_keys[i]}=${sizes[i]}")
    theirs+=("--${shape_keys[i]}" "${sizes[i]}")
  done
}

# sides_of CASE: sets program, Lockstep's, precision, and kernels, what the environment of both says of them. PyTorch
# gets the OpenBLAS kernels that Lockstep chose: left alone, OpenBLAS takes kernels of 2004 for processors that it does
# not know, and the comparison would be won by that.
sides_of() {
  program=$lockstep precision=${1#*-}
  if [[ $1 == *-avx2 ]]; then
    program=$avx2 precision=${precision%-avx2}
    kernels=(ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2)
  else
    kernels=()
  fi
  kernels+=(OPENBLAS_CORETYPE="$(blas_kernels "$program")")
}

# agree_on CASE: a model of that case and its scores of whole and cut lines of its text, into models.
agree_on() {
  local of=$work/agreement-$1
  settings_of "$1"
  sides_of "$1"
  quietly "lockstep pretrain ($1)" env "${kernels[@]}" "$program" pretrain "${settings[@]}" run="$of" steps=2
  awk -v lines=$lines 'length > 8 && n++ < lines { print; line = $1; for (i = 2; i <= NF && i < n + 2; i++) line = line " " $i
    print line }' "$documents" >"$of.txt"
  env "${kernels[@]}" "$program" score "$of/checkpoints/latest" "$of.txt" >"$of.scores" || fail "lockstep score failed"
  models+=("$of/checkpoints/latest" "$of.txt" "$of.scores")
}

# check_agreement CASE...: the same weights must give the same loss in both before any time is compared.
check_agreement() {
  local case
  models=()
  for case; do agree_on "$case"; done
  agreement=$("$python" "$root/tests/bench/agreement.py" "${models[@]}") ||
    fail "the losses differ, so times cannot be compared"
  echo "$agreement"
}

# check_half CASE: bf16 takes a build with oneDNN and a processor with the instructions. Sets precisions, a pattern.
check_half() {
  precisions=.
  run_lockstep "$1" 1 1 "$work/try.json" >"$work/log" 2>&1 && return
  grep -q 'precision is bf16, but' "$work/log" || {
    cat "$work/log" >&2
    fail "lockstep bench in bf16 failed, see above"
  }
  precisions=fp32
}

# run_pytorch CASE KIND WAY STEPS JSON [LIMIT]: in at most so many seconds.
run_pytorch() {
  local warm_up=2 # as bench has; compiling is done in the second at the latest
  settings_of "$1"
  sides_of "$1"
  env "${kernels[@]}" "$python" "$root/tests/bench/ddp.py" "${theirs[@]}" --rows "$2" --way "$3" \
    --precision "$precision" --ranks "$ranks" --steps "$4" --warm-up "$warm_up" --json "$5" --limit "${6-inf}"
}

# run_lockstep CASE RANKS STEPS JSON
run_lockstep() {
  settings_of "$1"
  sides_of "$1"
  [[ $precision != bf16 ]] || precision=$half
  env "${kernels[@]}" mpirun -np "$2" "$program" bench "${settings[@]}" precision="$precision" \
    products="${library[$1]-openblas}" --steps "$3" --json "$4"
}

# choose_library CASE: of fp32 products the faster, as bench measures them in the case's shapes.
choose_library() {
  local json=$work/try.json
  [[ $1 == *-fp32* ]] || return 0
  quietly "lockstep bench ($1)" run_lockstep "$1" "$ranks" 1 "$json"
  library[$1]=$(jq -r 'if .onednn_gflops > .openblas_gflops then "onednn" else "openblas" end' "$json")
  echo "$1, products by ${library[$1]}"
}

# suits CASE WAY: sdpa32 is sdpa in fp32; plain attention over long rows without dropout is slower than the kernel and
# takes gigabytes; what did not run here, or took more than twice the time, is not tried again in such rows.
suits() {
  settings_of "$1"
  case ${kinds[-1]}-${1#*-}-$half,$2 in
    *-fp32-*,sdpa32*) return 1 ;;
    dense-*-bf16_attention,plain*) [[ ${offered[*]} != *sdpa* ]] ;;
    *) [[ " $broken " != *" ${kinds[-1]}-${1#*-}-$2 "* ]] ;;
  esac
}

# try_ways CASE STEPS: the fastest way of PyTorch's into way, its numbers into CASE.json, and the seconds of all into
# tried-CASE. None gets more than twice the time of the one before: bf16 by the kernel may take ten times as long.
try_ways() {
  local one limit=inf start json=$work/try.json
  : >"$work/tried-$1"
  for one in "${offered[@]}"; do
    suits "$1" "$one" || continue
    start=$SECONDS
    if ! run_pytorch "$1" "${kinds[-1]}" "$one" "$2" "$json" $limit >"$work/log" 2>&1; then
      echo "$one does not run here, or not in time: $(grep -E 'rror:' "$work/log" | tail -n 1)" >&2
      broken+=" ${kinds[-1]}-${1#*-}-$one"
      continue
    fi
    limit=$((2 * (SECONDS - start) + 2))
    echo "$(jq .step_seconds "$json") $one" >>"$work/tried-$1"
    cp "$json" "$work/$1-$one.json"
    echo "$1, ${kinds[-1]} rows, $one: $(jq .step_seconds "$json") s"
  done
  sort -g -o "$work/tried-$1" "$work/tried-$1"
  way[$1]=$(sed -n '1s/.* //p' "$work/tried-$1")
  broken+=$(awk -v of="${kinds[-1]}-${1#*-}" 'NR == 1 { best = $1 } $1 > 2 * best { printf " %s-%s", of, $2 }' \
    "$work/tried-$1")
  [[ -n ${way[$1]} ]] || fail "no way of PyTorch's runs $1"
  mv "$work/$1-${way[$1]}.json" "$work/$1.json"
}
