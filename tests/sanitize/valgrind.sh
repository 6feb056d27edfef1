#!/bin/bash
# A tiny run on one rank under valgrind: no invalid access, no use of undefined bytes, no lost
# memory. Slow, so no test: launch/test-sanitized.sh runs it.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
build=$root/build-valgrind
if ! command -v valgrind >/dev/null; then
  echo "valgrind.sh: valgrind is missing: apt-get install valgrind" >&2
  exit 69
fi

# Valgrind knows no AVX-512: one copy of each kernel, and OpenBLAS's for AVX2. With both variables
# set the program does not start itself anew, which would end valgrind's watch.
"$root/launch/build.sh" -DCMAKE_C_FLAGS="-g -DLK_NO_CLONES" "$build"
export OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

options=(--quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
  --num-callers=30 --suppressions="$root/tests/sanitize/valgrind.supp")
theirs=/usr/share/openmpi/openmpi-valgrind.supp
[[ ! -f $theirs ]] || options+=(--suppressions="$theirs")

# watch COMMAND...: a lockstep command without a complaint.
watch() {
  echo "valgrind lockstep $1"
  valgrind "${options[@]}" "$build/lockstep" "$@" >log 2>&1 || {
    cat log
    echo "FAILED: lockstep $*"
    exit 1
  }
}

small=("$root/configs/tiny.yaml" batch_size=8 shards=4 model.layers=1 model.channels=16 model.block=40
  checkpoint_every=1)
watch synth data --people 20 --questions 8
watch prepare data/wiki.txt corpus.h5
watch pretrain "${small[@]}" corpus=corpus.h5 run=pretrain steps=2
watch pretrain "${small[@]}" corpus=corpus.h5 run=pretrain steps=3
watch finetune "${small[@]}" corpus=data/wiki.txt run=finetune steps=1 model.block=80 \
  questions=data/birth_places_train.tsv
watch evaluate finetune/checkpoints/latest data/birth_dev.tsv --json answers.json
watch score pretrain/checkpoints/latest data/wiki.txt
watch inspect pretrain/checkpoints/latest
watch bench --reduce --steps 1
echo "valgrind has nothing to complain about"
