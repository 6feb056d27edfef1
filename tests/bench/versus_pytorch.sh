#!/bin/bash
# Training steps, side by side: PyTorch DDP (gloo) and Lockstep, 2 ranks x 1 thread each, and what
# there is to say of Lockstep's own: scaling, shares of a step, evaluation.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/versus_pytorch.sh --out FOLDER [option ...]
  --out FOLDER       where performance.md and performance.csv go
  --rounds N         runs of each side, in turn (3)
  --steps N          timed steps a run (5)
  --cases REGEX      only those that it finds of pretrain, finetune, block1024 and gpt2, each with
                     -fp32 or -bf16 behind it (all, finetune in fp32 alone)
  --ways REGEX       only these ways of PyTorch's: attention plain, sdpa or sdpa32 (in fp32 also
                     under autocast), each with +compile behind it, too (all)
  --avx2 PROGRAM     of pretrain and gpt2 in fp32 also without AVX-512 on both sides, in the cases
                     WORK-fp32-avx2; PROGRAM: lockstep, built with -DCMAKE_C_FLAGS=-DLK_NO_AVX512
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

# shellcheck source=tests/bench/peer.bash
source "$(dirname "$0")/peer.bash"

command=$(spell tests/bench/versus_pytorch.sh "$@")
known=(pretrain-{fp32,fp32-avx2,bf16} finetune-fp32 block1024-{fp32,bf16} gpt2-{fp32,fp32-avx2,bf16})
ranks=2 out="" rounds=3 steps=5 corpus="" questions="" dev="" tiny="" cases="" ways="" avx2=""
options "tiny out= rounds= steps= cases= ways= avx2= corpus= questions= dev=" "$@"
[[ -n $out ]] || refuse "--out is missing"
counts rounds steps
printf '%s\n' "${known[@]}" | grep -qE -- "$cases" || refuse "--cases finds none of ${known[*]}"
[[ -z $corpus || -r $corpus ]] || fail "--corpus: $corpus cannot be read" 66
[[ -z $questions || -r $questions ]] || fail "--questions: $questions cannot be read" 66
[[ -z $dev || -r $dev ]] || fail "--dev: $dev cannot be read" 66
[[ -n $corpus || -z $questions ]] || refuse "--questions needs --corpus, for the characters"
[[ -z $corpus || -n $questions ]] || refuse "--corpus needs --questions"
[[ -z $avx2 ]] || "$avx2" --version | grep -qF '(AVX2)' ||
  refuse "--avx2: $avx2 has AVX-512: make it by launch/build.sh -DCMAKE_C_FLAGS=-DLK_NO_AVX512 build-avx2"
get_ready

if [[ -z $dev ]]; then
  dev=$work/dev.tsv
  head -n 500 "$questions" >"$dev"
fi

settings_of() { # CASE
  case $1 in
    pretrain-*) describe pretrain 128 4 8 256 128 ;;
    finetune-*) describe finetune 256 4 8 256 128 ;;
    block1024-*) describe pretrain 16 4 8 256 1024 ;;
    gpt2-*) describe language 8 12 12 768 1024 ;;
  esac
}

# choose_way CASE: of several that are offered the fastest of a step of each, into way and, with all others, tried-CASE.
choose_way() {
  way[$1]=${offered[0]}
  : >"$work/tried-$1"
  ((${#offered[@]} == 1)) || try_ways "$1" 1
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
check_agreement pretrain-fp32 block1024-fp32 ${avx2:+pretrain-fp32-avx2}
check_half pretrain-bf16
chosen=()
for case in "${known[@]}"; do
  [[ -n $avx2 || $case != *-avx2 ]] || continue
  [[ ! $case =~ $cases || ! ${case#*-} =~ $precisions ]] || chosen+=("$case")
done
((${#chosen[@]})) || fail "bf16 does not run here: $(cat "$work/log")" 69
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
