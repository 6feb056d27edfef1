#!/bin/bash
# Local steps (`sync`): the bits depend on the number of groups, not on that of ranks in them, nor on stops and
# kills; without an outer optimizer one group is the plain run; what does not go with them is refused.
# timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=12
sync=("${pretrain[@]}" sync.every=3 validation.share=0.1 validate_every=5 keep_last=0)

# in_folder FOLDER RANKS STEPS COMMAND...: the run `run` in a folder of its own, for its name is in its files.
in_folder() {
  mkdir -p "$1"
  ln -sfn ../data "$1/data"
  (cd "$1" && train run "${@:2}")
}

# rows RUN: what of metrics.csv is no time.
rows() {
  cut -d, -f1-6,14- "$1/metrics.csv"
}

# same_files WHAT FOLDER FOLDER: the last checkpoint, of all groups' moments and the outer momentum too, and the rows.
same_files() {
  cmp "$2/run/checkpoints/step-0000$steps.h5" "$3/run/checkpoints/step-0000$steps.h5" || fail "$1"
  diff <(rows "$2/run") <(rows "$3/run") || fail "$1: other rows"
  echo "same file: $1"
}

in_folder two 2 $steps "${sync[@]}"
for ranks in 1 4 6; do # one rank has both groups, six have three ranks in each
  in_folder $ranks $ranks $steps "${sync[@]}"
  same_files "2 groups, 2 and $ranks ranks" two $ranks
done
[[ $(cut -d, -f1 two/run/metrics.csv | tail -n +2 | tr '\n' ' ') == '1 2 3 4 5 6 7 8 9 10 11 12 ' ]] ||
  fail "not a row a step: $(cat two/run/metrics.csv)"
# Checkpoints and validations wait for an outer step: those of step 5 come after step 6.
[[ $(cd two/run/checkpoints && echo step-*) == "step-000006.h5 step-000012.h5" ]] || fail "$(ls two/run/checkpoints)"
[[ $(awk -F, 'NR > 1 && $14 !~ /nan/ { printf "%d ", $1 }' two/run/metrics.csv) == "6 12 " ]] ||
  fail "held-out losses: $(cat two/run/metrics.csv)"

# The model is that of the outer step, to every other command.
"$LOCKSTEP" inspect two/run/checkpoints/step-000012.h5 --verify > log || fail "$(cat log)"
"$LOCKSTEP" export two/run/checkpoints/step-000012.h5 out.safetensors --format safetensors > log 2>&1 || fail "$(cat log)"
"$LOCKSTEP" inspect out.safetensors > log || fail "$(cat log)"

# A rank dies some steps after the first checkpoint, which is all that is left.
mkdir killed
ln -s ../data killed/data
cd killed
start 4 log "${sync[@]}" run=run steps=1000000
await_ranks 4 || fail "it ended early: $(cat log)"
until last_step run && ((step >= 9)); do
  alive || fail "it ended early: $(cat log)"
  nap 0.01
done
kill -s KILL "${rank_pids[3]}"
end
((code != 124)) || fail "a killed rank: exit code $code: $(cat log)"
((code != 0)) || mpirun_forgets || fail "a killed rank: exit code $code: $(cat log)"
find run/checkpoints -name 'step-*' ! -name step-000006.h5 -delete
cd ..
in_folder killed 2 $steps "${sync[@]}"
grep -q 'going on after step 6' killed/log || fail "$(cat killed/log)"
same_files "killed, and on with other ranks" two killed

# Rounded for their way, with what that leaves out kept: other bits, the same on any number of ranks.
in_folder int8 4 $steps "${sync[@]}" sync.groups=4 sync.wire=int8
in_folder stops 2 6 "${sync[@]}" sync.groups=4 sync.wire=int8
in_folder stops 1 $steps "${sync[@]}" sync.groups=4 sync.wire=int8
same_files "4 groups by int8, 4 ranks, and 2 and then 1" int8 stops
in_folder fp32 1 $steps "${sync[@]}" sync.groups=4
in_folder bf16 1 $steps "${sync[@]}" sync.groups=4 sync.wire=bf16
for kind in int8 bf16; do
  if cmp -s <(rows fp32/run) <(rows $kind/run); then fail "$kind gave the losses of fp32"; fi
done

# One group that averages with itself is the plain run, whatever `every` is.
plain=("${pretrain[@]}" checkpoint_every=6)
train plain 1 $steps "${plain[@]}"
for ranks in 1 2; do
  train one-$ranks $ranks $steps "${plain[@]}" sync.every=3 sync.groups=1 sync.outer=none
  same "one group of $ranks" plain one-$ranks $steps
done

# The mean of parameters, and the mean change taken off: the same but for rounding; others are other models.
losses() { cut -d, -f3 "$1/metrics.csv" | tail -n +2; }
train mean 1 $steps "${plain[@]}" sync.every=3 sync.outer=none
train change 1 $steps "${plain[@]}" sync.every=3 sync.outer=sgd sync.rate=1 sync.momentum=0
train nesterov 1 $steps "${plain[@]}" sync.every=3
paste <(losses mean) <(losses change) | awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > 2e-5 * $1) exit 1 }' ||
  fail "sgd at rate 1 is no mean: $(paste <(losses mean) <(losses change))"
# Each group makes its steps on its part of the same batches: as many tokens, and the loss before any update.
cmp <(cut -d, -f1,6 plain/metrics.csv) <(cut -d, -f1,6 nesterov/metrics.csv) || fail "other batches"
awk -F, 'FNR == 2 { loss[++files] = $3 } END { d = loss[1] / loss[2] - 1; exit d * d > 1e-24 }' plain/metrics.csv \
  nesterov/metrics.csv || fail "another first loss: $(head -n 2 -q {plain,nesterov}/metrics.csv)"
if cmp -s <(losses mean) <(losses nesterov); then fail "sync.outer changed nothing"; fi
if cmp -s <(losses mean) <(losses plain); then fail "two groups are one"; fi

# refused PATTERN RANKS ARGUMENTS...
refused() {
  local pattern=$1 ranks=$2 launcher code=0
  shift 2
  launcher "$ranks"
  "${launcher[@]}" "$LOCKSTEP" "${sync[@]}" run=refused steps=3 "$@" > log 2>&1 || code=$?
  ((code == 64)) || fail "$*: exit code $code: $(cat log)"
  [[ $(grep -c '^lockstep: ' log) == 1 ]] || fail "$*: not one message: $(cat log)"
  grep -q -- "$pattern" log || fail "$*: $(cat log)"
}
refused '3 ranks cannot make up 2 groups' 3
refused 'sync.groups must be a power of two and at most shards, 8' 1 sync.groups=3
refused 'set shard=none' 1 shard=optimizer
refused 'set replicas=rank' 1 replicas=node
refused 'sync.outer=none averages parameters' 1 sync.outer=none sync.wire=int8
refused 'set ema=0' 1 ema=0.9
refused 'set balance=even' 1 balance=measured
refused 'set checkpoint_write=wait' 1 checkpoint_every=auto
echo "refused what does not go with groups"

# What a group alone finds ends all, with one message.
code=0
timeout -k 5 $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 4 "$LOCKSTEP" "${sync[@]}" run=bad steps=3 gradient_limit=1e-9 > log 2>&1 || code=$?
((code == 70)) || mpich_ended log || fail "exit code $code: $(cat log)"
[[ $(grep -c '^lockstep: ' log) == 1 ]] || mpich_ended log || fail "not one message: $(cat log)"
grep -q 'above gradient_limit' log || fail "$(cat log)"

# A flipped bit of one replica: within a group, or, of what all groups have, in any.
code=0
LOCKSTEP_FLIP_BIT=3:4 timeout -k 5 $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 4 "$LOCKSTEP" "${sync[@]}" run=flipped steps=6 > log 2>&1 || code=$?
((code == 70)) || mpich_ended log || fail "a flipped bit: exit code $code: $(cat log)"
grep -qE 'of ranks 2, 3 differ' log || fail "a flipped bit: $(cat log)"
echo "a bit that one rank of a group flips is found"
