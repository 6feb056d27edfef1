#!/bin/bash
# A run directory on a file system that fills up: the checkpoints that are there stay good, each one
# that does not fit is reported, training goes on, and the last one's outcome is the exit code; on 1 rank
# while training waits, on 2 beside it. Copies elsewhere that do not fit are reported, too, and so is a corpus.
# timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

# Mounts of a namespace of its own end with it, however the test ends; root of a user namespace will do.
if [[ -z ${DISK_FULL_INSIDE:-} ]]; then
  own=(unshare --mount)
  ((EUID == 0)) || own=(unshare --mount --map-root-user)
  if ! "${own[@]}" mount -t tmpfs none /mnt 2> /dev/null; then
    echo "SKIPPED: mounting a tmpfs needs root or user namespaces"
    exit 77
  fi
  DISK_FULL_INSIDE=1 exec "${own[@]}" bash "$0"
fi

work=$(mktemp -d)
trap 'cd /; umount "$work/small" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
mkdir small

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2
  checkpoint_every=10 keep_last=0)

# train RANKS RUN STEPS: sets `code`.
train() {
  limit=60 start "$1" log "${training[@]}" run="$2" steps="$3" checkpoint_write="${ways[$1]}"
  end
}

# messages COUNT PATTERN: so many lines of ours match.
messages() {
  local found
  found=$(grep -cE "^lockstep: .*$2" log || true)
  ((found == $1)) || fail "$found messages '$2', expected $1: $(cat log)"
}

ways=([1]=wait [2]=beside)
train 1 reference 40
((code == 0)) || fail "the reference ended with $code: $(cat log)"
size=$(($(stat -c %s reference/checkpoints/step-000010.h5) / 1024 + 1)) # kB

for ranks in 1 2; do
  # Two checkpoints fit, the third and fourth do not.
  mount -t tmpfs -o size=$((size * 5 / 2))k none small
  train $ranks small/run 40
  ((code == 74)) || fail "exit code $code, expected 74: $(cat log)"
  messages 1 'checkpoint of step 30 not written: .*No space left on device.*; training goes on, the next try is at step 40'
  messages 1 'step-000040.h5.*No space left on device'
  messages 2 'No space left'
  for step in 10 20; do
    grep -q "step: $step$" <("$LOCKSTEP" inspect small/run/checkpoints/step-0000$step.h5) ||
      fail "the checkpoint of step $step is not good"
  done
  [[ $(ls small/run/checkpoints) == $'latest\nstep-000010.h5\nstep-000020.h5' ]] ||
    fail "these are there: $(ls small/run/checkpoints)"
  [[ $(readlink small/run/checkpoints/latest) == step-000020.h5 ]] || fail "latest"
  last_step small/run
  ((step == 40)) || fail "training ended at step $step"

  # Where nothing at all fits, going on fails and loses nothing.
  cat /dev/zero > small/filler 2> /dev/null || true
  cut -d, -f1 small/run/metrics.csv > rows
  train $ranks small/run 40
  ((code == 74)) || fail "with no space at all: exit code $code: $(cat log)"
  messages 1 'small/run/.*No space left'
  cut -d, -f1 small/run/metrics.csv | cmp - rows || fail "rows of metrics.csv are lost"

  # With space the same command goes on.
  rm small/filler
  mount -o remount,size=$((size * 20))k small
  train $ranks small/run 40
  ((code == 0)) || fail "going on ended with $code: $(cat log)"
  messages 1 'going on after step 20 of 40'
  same "after a full disk, on $ranks ranks" reference small/run 40
  umount small
done

# A run that finds space again writes its last checkpoint and ends well. Training waits for its
# first message before it gets the space, so that time decides nothing.
mount -t tmpfs -o size=$((size * 5 / 2))k none small
limit=100 start 2 log "${training[@]}" run=small/run steps=1000 checkpoint_write=beside
until grep -q 'not written' log; do
  alive || fail "it ended early: $(cat log)"
  nap 0.01
done
mount -o remount,size=$((size * 500))k small
end
((code == 0)) || fail "exit code $code though there was space in the end: $(cat log)"
tried=$(grep -c 'not written' log)
written=$(find small/run/checkpoints -name 'step-*.h5' | wc -l)
((tried + written == 100)) || fail "$tried checkpoints not written and $written written, of 100"
[[ $(readlink small/run/checkpoints/latest) == step-001000.h5 ]] || fail "latest"
echo "$tried checkpoints did not fit before there was space again"
umount small

# prepare where its parts do not fit, and where the corpus does not fit beside them: one message, and nothing is left.
seq -s ' ' 200000 | fold -w 100 > numbers.txt
for case in '1000 .parts/part-' '3400 : '; do
  mount -t tmpfs -o size="${case%% *}k" none small
  limit=60 start 2 log prepare numbers.txt small/numbers.h5
  end
  ((code == 74)) || fail "prepare on ${case%% *} kB: exit code $code: $(cat log)"
  messages 1 "small/numbers.h5${case#* }.*No space left on device"
  messages 1 '[a-z]'
  [[ -z $(ls -A small) ]] || fail "prepare on ${case%% *} kB leaves $(ls -A small)"
  umount small
done

# A second copy's disk that fills up ends nothing: the run has its own checkpoints.
mount -t tmpfs -o size=$((size * 5 / 2))k none small
limit=60 start 2 log "${training[@]}" run=large steps=40 checkpoint_copy=small/copy checkpoint_write=beside
end
((code == 0)) || fail "a full disk for copies: exit code $code: $(cat log)"
for step in 30 40; do
  messages 1 "checkpoint of step $step not copied: rank 1 .*No space left on device; training goes on"
done
messages 2 'No space left'
[[ $(ls small/copy/checkpoints) == $'latest\nstep-000010.h5\nstep-000020.h5' ]] ||
  fail "these copies are there: $(ls small/copy/checkpoints)"
same "with copies that did not fit" reference large 40
umount small

# What cannot be written at the end leaves the reason of the end as it is.
mkdir -p small/run/ranks.csv
limit=60 start 2 log "${training[@]}" run=small/run steps=1000000 stop_after=1s
end
((code == 75)) || fail "a folder called ranks.csv: exit code $code: $(cat log)"
messages 1 'stopped after step [0-9]+ .*by stop_after'

# A folder that cannot be made, and why.
mkdir ro
mount -t tmpfs -o ro none ro
ln -s nowhere lost
touch taken
for case in 'ro/data Read-only file system' 'lost a link to nothing has its name' 'taken/data a file has its name'; do
  read -r place why <<< "$case"
  limit=60 start 1 log synth "$place"
  end
  ((code == 74)) || fail "synth $place: exit code $code: $(cat log)"
  messages 1 "cannot make the folder: $why"
done
umount ro
