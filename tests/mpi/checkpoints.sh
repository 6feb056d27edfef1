#!/bin/bash
# Checkpoints that are damaged, missing or in the way: nothing good is lost to them, and what a link
# to nothing means is said.
# timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 steps=20)

# train RUN CODE [key=value ...]: goes on with a run.
train() {
  local code=0
  "$LOCKSTEP" "${training[@]}" run="$1" "${@:3}" > log 2>&1 || code=$?
  ((code == $2)) || fail "exit code $code instead of $2: $(cat log)"
}

# says TEXT...: the last start's messages have each of them.
says() {
  local text
  for text; do
    grep -qF -- "$text" log || fail "no '$text' in: $(cat log)"
  done
}

# damage FILE...: as a failing disk does.
damage() {
  local file
  for file; do
    printf X | dd of="$file" bs=1 seek=9000 conv=notrunc status=none
  done
}

train run 0 checkpoint_every=5 keep_last=0
cp -r run reference

# Three damaged ones are newer than the only good one, and a stop comes at once. The places of
# keep_last went to the damaged ones; what was written and the good one were removed.
damage run/checkpoints/step-0000{10,15,20}.h5
train run 75 checkpoint_every=5 keep_last=3 stop_after=0.001s
says 'skipping a bad checkpoint: run/checkpoints/step-000020.h5' 'set aside as step-000015.h5.damaged' \
  'going on after step 5 of 20'
[[ $(cd run/checkpoints && echo *) == "latest step-000005.h5 step-000006.h5 "*"h5.damaged" ]] ||
  fail "left: $(ls run/checkpoints)"
train run 0 checkpoint_every=5 keep_last=3
says 'going on after step 6 of 20'
same "after three damaged checkpoints" reference run 20

# A kill may come between a checkpoint and the link to it, the last one's too.
ln -sfn step-000006.h5 run/checkpoints/latest
train run 0 checkpoint_every=5 keep_last=3
says 'the run is complete: step 20 of 20'
[[ $(readlink run/checkpoints/latest) == step-000020.h5 ]] || fail "latest leads to $(readlink run/checkpoints/latest)"

# A start that finds none good changes nothing, so that the next one does not begin anew.
rm run/checkpoints/*.damaged
damage run/checkpoints/step-*.h5
before=$(ls run/checkpoints)
for _ in 1 2; do
  train run 65
  says 'checkpoints is good; move them away'
done
[[ $(ls run/checkpoints) == "$before" ]] || fail "left: $(ls run/checkpoints)"

# A link to nothing, wherever a checkpoint is given.
rm reference/checkpoints/step-000020.h5
missing='latest points to step-000020.h5, which is not there; the newest good checkpoint beside it is'
missing+=' reference/checkpoints/step-000015.h5'
latest=reference/checkpoints/latest
for command in "evaluate $latest data/birth_dev.tsv" "ask $latest x" "score $latest data/wiki.txt" \
  "inspect $latest" "attention trained $latest x --out out" "${training[*]} run=new init=$latest" \
  "${training[*]} run=new resume=$latest"; do
  code=0
  # shellcheck disable=SC2086 # several words
  "$LOCKSTEP" $command > log 2>&1 || code=$?
  ((code == 66)) || fail "$command: exit code $code: $(cat log)"
  says "$missing"
done
train reference 0
says 'reference/checkpoints/latest points to step-000020.h5, which is not there' 'going on after step 15'
[[ -f $latest ]] || fail "latest still leads to nothing"
