#!/bin/bash
# checkpoint_copy: a run whose directory is gone goes on from the copies of its checkpoints, to the same bits;
# damaged copies are named and not used, those of another run are left alone. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=12
config=("${pretrain[@]}" checkpoint_every=2 keep_last=2)

# said PATTERN: the last start has said it.
said() {
  grep -q "$1" log || fail "not said: '$1': $(cat log)"
}

# ends CODE RANKS RUN KEYS...: how a start ends.
ends() {
  local expected=$1 launcher code=0
  launcher "$2"
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "${config[@]}" run="$3" steps=$steps "${@:4}" \
    2> log || code=$?
  ((code == expected)) || fail "$*: exit code $code: $(cat log)"
}

# copied RUN: copies are the run's checkpoints to the byte, up to the newest; of some that are written beside
# training while steps are fast there is none.
copied() {
  local file copies=("$1-copy"/checkpoints/step-*.h5)
  newest "$1"
  [[ ${copies[-1]} == */step-0000$(printf %02d "$newest").h5 ]] || fail "$1: ${copies[*]} of $newest"
  for file in "${copies[@]##*/}"; do
    [[ ! -e $1/checkpoints/$file ]] || cmp "$1/checkpoints/$file" "$1-copy/checkpoints/$file" || fail "$1: $file"
  done
  ((${#copies[@]} >= 2)) || fail "$1: ${copies[*]}"
}

# final RUN: ends with the bits of the run that was never stopped.
final() {
  diff <("$LOCKSTEP" inspect whole/checkpoints/step-0000$steps.h5 | grep -E '^(parameter|optimizer) hash') \
    <("$LOCKSTEP" inspect "$1/checkpoints/step-0000$steps.h5" | grep -E '^(parameter|optimizer) hash') ||
    fail "$1: other bits"
  echo "same bits: $1"
}

train whole 1 $steps "${config[@]}"

# While training waits and beside it, on one rank and on several, one host all of them.
ways=([1]='checkpoint_write=beside' [2]='checkpoint_write=wait' [3]='checkpoint_write=beside shard=optimizer')
for ranks in "${!ways[@]}"; do
  read -ra way <<< "${ways[ranks]}"
  run=run-$ranks keys=("${config[@]}" "${way[@]}" checkpoint_copy="run-$ranks-copy")
  train "$run" "$ranks" 6 "${keys[@]}"
  copied "$run"
  rm -r "$run"
  train "$run" "$ranks" $steps "${keys[@]}"
  said "$run has no good checkpoint: fetching the copy of step 6 from rank $((ranks > 1))"
  said 'going on after step 6 of'
  copied "$run"
  final "$run"
done

# A run that was killed while its last checkpoint was copied makes up for that copy, once.
rm run-1-copy/checkpoints/step-000012.h5
ln -sfn step-000010.h5 run-1-copy/checkpoints/latest
ends 0 1 run-1 checkpoint_copy=run-1-copy
said 'the run is complete'
copied run-1
[[ $(readlink run-1-copy/checkpoints/latest) == step-000012.h5 ]] || fail "$(ls -l run-1-copy/checkpoints)"
before=$(stat -c %i run-1-copy/checkpoints/step-000012.h5)
ends 0 1 run-1 checkpoint_copy=run-1-copy
[[ $(stat -c %i run-1-copy/checkpoints/step-000012.h5) == "$before" ]] || fail "copied twice"

# The newest copy is damaged: it is named, and the one before it taken. Of the run's own one is left, damaged too.
copy="run-2-copy/checkpoints"
damage() {
  printf x | dd of="$1" bs=1 seek=5000 conv=notrunc status=none
}
damage $copy/step-000012.h5
rm run-2/checkpoints/step-0000{06,10}.h5
damage run-2/checkpoints/step-000012.h5
train run-2 2 $steps "${config[@]}" checkpoint_copy=run-2-copy
said "skipping a bad checkpoint: .*$copy/step-000012.h5"
said 'fetching the copy of step 10 from rank 1'
final run-2
[[ -e $copy/step-000012.h5.damaged && -e run-2/checkpoints/step-000012.h5.damaged ]] || fail "$(ls $copy run-2/checkpoints)"

# None is good any more: nothing starts anew. A good one of the run's own is enough.
for file in "$copy"/step-*.h5; do damage "$file"; done
ends 0 2 run-2 checkpoint_copy=run-2-copy
said "none of the [0-9] checkpoints is good.*; the run has its own checkpoint"
cmp {run-2,run-2-copy}/checkpoints/step-000012.h5 || fail "it is not copied anew"
damage $copy/step-000012.h5
rm -r run-2
ends 65 2 run-2 checkpoint_copy=run-2-copy
said "run-2-copy/checkpoints: none of the [0-9] checkpoints is good; .* choose another checkpoint_copy="

# Another run's copies, and the run directory itself.
ends 64 2 other checkpoint_copy=run-3-copy seed=7
said 'run-3-copy.* was made with another config (of another run); choose another checkpoint_copy='
copied run-3
ends 64 1 run-3 checkpoint_copy=run-3
said 'checkpoint_copy is the run directory'
ends 64 2 run-3 checkpoint_copy=run-3
said 'checkpoint_copy is the run directory'

# Another run's own checkpoints are no copies, and nor are those of the same config on other data.
sha256sum whole/checkpoints/* run-3-copy/checkpoints/* > before
ends 64 2 other checkpoint_copy=whole seed=7
said 'checkpoint_copy=whole is the directory of another run, by its config.yaml (seed: 7 here, 1 there); name a folder'
head -n 70 data/wiki.txt > less.txt
ends 64 2 other checkpoint_copy=run-3-copy corpus=less.txt
said 'run-3-copy/checkpoints/step-000012.h5 is of a run on other data; choose another checkpoint_copy='
ends 64 2 run-3 checkpoint_copy=run-3-copy corpus=less.txt # nor is the run's own one, which is what is wrong
said 'less.txt: not the file that this run was started with (SHA-256'
[[ -z $(ls other/checkpoints) ]] || fail "another run's copies are fetched: $(ls other/checkpoints)"
sha256sum whole/checkpoints/* run-3-copy/checkpoints/* | cmp - before || fail "checkpoints of others are replaced"
