#!/bin/bash
# metrics.jsonl and tensorboard/ of a run that lost steps and went on, read by Python. timeout: 60
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 20 --questions 10 --seed 3
train() {
  "$@" "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run steps=8 checkpoint_every=4 \
    keep_last=0 validation.share=0.1 validate_every=4 samples=Ada jsonl=true tensorboard=true histogram_every=2 2> log || {
    cat log
    exit 1
  }
}
train
rm run/checkpoints/step-000008.h5 run/checkpoints/best # as if a crash had come before it
train "$MPIRUN" -np 2
python=python3
[[ ! -x /usr/bin/python3 ]] || python=/usr/bin/python3 # the one that Debian's packages are of
$python "$SOURCE_DIR/tests/report/sinks.py" run "$("$LOCKSTEP" inspect run/checkpoints/latest | sed -n "s/^parameters: //p")"
