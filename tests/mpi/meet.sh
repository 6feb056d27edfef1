#!/bin/bash
# Groups that are jobs of their own (sync.meet): one model on any number of ranks, the mean of what the groups
# alone would have; a group that is killed or frozen is left out and comes back; so does the meeting point; what
# does not belong together is refused.
# timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
point=
trap '[[ -z $point ]] || kill -KILL "$point" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
head -c 32 /dev/urandom > key
head -c 32 /dev/urandom > other-key
head -c 15 /dev/urandom > short-key
port=0

# open_point PATIENCE ARGUMENTS...: the meeting point, on the port that it had before, as `point`; its log: point.log.
open_point() {
  rm -f point.out
  "$LOCKSTEP" meet --key key --port "$port" --patience "$1" "${@:2}" > point.out 2> point.log &
  point=$!
  until [[ -s point.out ]]; do
    kill -0 "$point" 2> /dev/null || fail "no meeting point: $(cat point.log)"
    nap 0.01
  done
  read -r _ port < point.out
  groups=("${pretrain[@]}" sync.every=3 sync.meet="localhost:$port" sync.key=key)
}

# close_point: it ends by itself once the run has.
close_point() {
  local code=0
  wait "$point" || code=$?
  point=
  ((code == 0)) || fail "the meeting point: exit code $code: $(cat point.log)"
}

# job GROUP RANKS RUN COMMAND...: begins it; its number is in `jobs`, its log RUN.log.
job() {
  local group=$1 run=$3 limit=120
  start "$2" "$run.log" "${groups[@]}" sync.group="$group" run="$run" "${@:4}"
  jobs[group]=$session
}

# ended GROUP RUN: waits for it.
ended() {
  session=${jobs[$1]}
  end
  ((code == 0)) || fail "$2: exit code $code: $(cat "$2.log" point.log)"
}

# both NAME "RANKS RANKS" COMMAND...: two groups, from start to end, NAME-0 and NAME-1, of one model.
both() {
  local name=$1 ranks
  read -ra ranks <<< "$2"
  open_point 60
  job 0 "${ranks[0]}" "$name-0" "${@:3}"
  job 1 "${ranks[1]}" "$name-1" "${@:3}"
  ended 0 "$name-0"
  ended 1 "$name-1"
  close_point
  one_model "$name-0" "$name-1"
}

# model RUN: the hash of the parameters of its last checkpoint.
model() {
  local files=("$1"/checkpoints/step-*.h5)
  "$LOCKSTEP" inspect "${files[-1]}" | grep '^\(step\|parameter hash\): '
}

# one_model RUN RUN
one_model() {
  model "$1" > model.one
  model "$2" > model.two
  diff model.one model.two || fail "$1 and $2 are two models"
  echo "one model: $1 and $2"
}

# await_line TEXT: until the meeting point has said it, after what it had said before.
await_line() {
  until tail -n "+$((seen + 1))" point.log | grep -q "$1"; do
    kill -0 "$point" || fail "the meeting point ended: $(cat point.log)"
    nap 0.02
  done
  seen=$(wc -l < point.log)
}

# Each alone: the other never comes. Their mean is what both have made of it together.
for group in 0 1; do
  open_point 0.1
  job $group 1 "alone-$group" steps=3 sync.outer=none
  ended $group "alone-$group"
  close_point
  grep -q "group $group of 2: waiting for the others at localhost:$port" "alone-$group.log" ||
    fail "$(cat "alone-$group.log")"
  grep -q "without group $((1 - group))" "alone-$group.log" || fail "$(cat "alone-$group.log")"
done
both mean '1 1' steps=3 sync.outer=none
"$LOCKSTEP" average alone-{0,1}/checkpoints/step-000003.h5 average.h5 > log || fail "$(cat log)"
diff <(model mean-0 | tail -n 1) <("$LOCKSTEP" inspect average.h5 | grep '^parameter hash: ') || fail "another mean"
echo "the mean of both"

# What a kill has cut off behind the last step takes no other group.
sed -i '$d' mean-0/history.txt
job 0 1 mean-0 steps=3 sync.outer=none
ended 0 mean-0
grep -q 'making up for what follows step 3 of 3' mean-0.log || fail "$(cat mean-0.log)"
grep -q ' complete$' <(tail -n 1 mean-0/history.txt) || fail "its end is missing: $(cat mean-0/history.txt)"

# The groups' batches are those of a run without groups, in turn.
train plain 1 8 "${pretrain[@]}"
tokens() { cut -d, -f6 "$1/metrics.csv" | tail -n +2; }
diff <(tokens plain | sed -n 1,6p) <(paste -d '\n' <(tokens alone-0) <(tokens alone-1)) || fail "other batches"
diff <(tokens mean-0) <(tokens plain | sed -n 1,6p | paste - - | awk '{ print $1 + $2 }') || fail "other sums"
diff <(cut -d, -f1-6 mean-0/metrics.csv) <(cut -d, -f1-6 mean-1/metrics.csv) || fail "other rows"

# Also where they grow: each takes one batch, one, and then two.
both grown '1 2' steps=3 sync.outer=none batch_doublings=1 batch_doubling_tokens=2048
diff <(tokens grown-0) <(tokens plain | xargs | awk '{ print $1 + $2; print $3 + $4; print $5 + $6 + $7 + $8 }') ||
  fail "other batches, where they grow"

# One that comes when the other makes its last step, after hours without it, has that model, too.
open_point 0.3
seen=0
job 0 1 late-0 steps=400 sync.every=400
session=${jobs[0]}
await_line 'group 1 did not come'
await_ranks 1
kill -s STOP "${rank_pids[0]}"
job 1 2 late-1 steps=400 sync.every=400
await_line 'group 1 is there'
kill -s CONT "${rank_pids[0]}"
ended 0 late-0
ended 1 late-1
close_point
grep -q 'going on with their model, after step 400' late-1.log || fail "it was no late one: $(cat late-1.log)"
one_model late-0 late-1

# One group that meets itself makes the outer steps of one job.
for wire in fp32 int8; do
  open_point 60 --groups 1
  job 0 2 self-$wire steps=12 sync.groups=1 sync.wire=$wire
  ended 0 self-$wire
  close_point
  train one-$wire 1 12 "${pretrain[@]}" sync.every=3 sync.groups=1 sync.wire=$wire
  diff <(model self-$wire) <(model one-$wire) || fail "other outer steps, $wire"
done
echo "the outer steps of one job"

both few '1 2' steps=12
both many '3 1' steps=12
diff <(model few-0) <(model many-0) || fail "the ranks of a group change the bits"
both int8 '2 1' steps=12 sync.wire=int8
if diff -q <(model few-0) <(model int8-0) > /dev/null; then fail "int8 gave the bits of fp32"; fi

# One is killed, and later comes back; then frozen, and later not; then the meeting point is killed.
open_point 1
seen=0
touch started
job 0 2 lost-0 steps=1000000
job 1 2 lost-1 steps=1000000
session=${jobs[1]}
await_ranks 2 || fail "it ended early: $(cat lost-1.log)"
await_step lost-1 9 || fail "it ended early: $(cat lost-1.log)"
kill -s KILL "${rank_pids[1]}"
end
await_line 'group 1 is left out'
job 1 1 lost-1 steps=1000000
await_line 'group 1 is one of them again'
session=${jobs[1]}
until grep -q 'going on with their model, after step' lost-1.log; do
  alive || fail "it ended early: $(cat lost-1.log)"
  nap 0.02
done
await_ranks 1
kill -s STOP "${rank_pids[0]}"
await_line 'group 1 is left out'
kill -s CONT "${rank_pids[0]}"
await_line 'group 1 is one of them again'
kill -s KILL "$point"
{ wait "$point" || true; } 2> /dev/null
open_point 5
seen=0
await_line 'group 0 is there'
session=${jobs[0]}
touch started
last_step lost-0
await_step lost-0 $((step + 9)) || fail "it ended early: $(cat lost-0.log)"
sed -n 's/.*the outer step after step \([0-9]*\) is without group 1$/\1/p' lost-0.log |
  awk 'NR > 1 && $1 == before + 3 { exit 1 } { before = $1 }' || fail "said at every outer step: $(cat lost-0.log)"
echo "groups are left out and come back, and so does the meeting point"

# Both stop, not at once; and go on to the end from two checkpoints.
for group in 0 1; do
  session=${jobs[group]}
  await_ranks $((2 - group))
  kill -s TERM "${rank_pids[0]}"
  end
  ((code == 75)) || mpirun_forgets || fail "a stop: exit code $code: $(cat lost-$group.log)"
done
newest lost-0
one=$newest
newest lost-1
last=$(((one > newest ? one : newest) + 30))
job 0 1 lost-0 steps=$last
job 1 2 lost-1 steps=$last
ended 0 lost-0
ended 1 lost-1
close_point
one_model lost-0 lost-1

# refused PATTERN CODE ARGUMENTS...
refused() {
  local pattern=$1 expected=$2 code=0
  shift 2
  timeout -k 5 $((60 * ${PATIENCE:-1})) "$LOCKSTEP" "${groups[@]}" run=refused steps=3 "$@" > log 2>&1 || code=$?
  ((code == expected)) || fail "$*: exit code $code: $(cat log)"
  grep -q -- "$pattern" log || fail "$*: $(cat log)"
}
open_point 60
refused 'does not know the secret' 64 sync.key=other-key
refused 'a secret of 15 bytes is too short' 64 sync.key=short-key
refused 'a secret of 0 bytes is too short.* > FILE makes one' 64 sync.key=/dev/null
refused 'set sync.key' 64 sync.key=
refused 'missing: cannot open' 66 sync.key=missing
refused 'sync.group has to be below sync.groups' 64 sync.group=2
refused 'set sync.every' 64 sync.every=0
refused 'give HOST:PORT' 64 sync.meet=localhost
refused 'group 0 of 4 cannot be one of lockstep meet --groups 2' 64 sync.groups=4
refused 'out of reach for.*: Connection refused; start lockstep meet' 70 sync.meet=localhost:1 sync.patience=0.5
refused 'give HOST:PORT' 64 sync.meet=localhost:70000
head -c 100000 /dev/urandom > "/dev/tcp/localhost/$port" || true
printf 'GET / HTTP/1.0\r\n\r\n' > "/dev/tcp/localhost/$port"
strangers=()
for _ in {1..200}; do # who only stands in the door
  exec {stranger}<> "/dev/tcp/localhost/$port"
  strangers+=("$stranger")
done
echo "${#strangers[@]} strangers"
seen=0
job 0 1 replaced steps=3
await_line 'group 0 is there'
replaced=${jobs[0]}
job 0 1 first steps=3
await_line 'group 0 is there'
session=$replaced
end
((code == 64)) || fail "two jobs of one group: exit code $code: $(cat replaced.log)"
grep -q 'another job has come as group 0' replaced.log || fail "$(cat replaced.log)"
refused 'group 1 has other settings, init or data' 64 sync.group=1 learning_rate=0.5
refused 'another number of parameters' 64 sync.group=1 model.layers=3
job 1 1 second steps=3
ended 0 first
ended 1 second
close_point
one_model first second
if "$LOCKSTEP" bench "${groups[@]:1}" > log 2>&1; then fail "bench met others"; fi
grep -q 'leave sync.meet out' log || fail "$(cat log)"
echo "refused what does not belong together"
