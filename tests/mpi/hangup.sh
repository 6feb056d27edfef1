#!/bin/bash
# What ends other programs without a word does not end a run: a terminal that goes away (SIGHUP, and
# SIGPIPE for its messages), a limit on the processor time or on the size of files, and a signal that
# comes before the program is ready for it. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt checkpoint_every=0)
patience=$((60 * ${PATIENCE:-1}))

# ended CODE RUN PATTERN: the last start's exit code, and the last line of the run's history.
ended() {
  ((code == $1)) || fail "$2: exit code $code, expected $1: $(cat log)"
  tail -n 1 "$2/history.txt" | grep -qE "$3" || fail "$2: history ends with $(tail -n 1 "$2/history.txt")"
}

# stopped RUN SIGNAL: in training, with one message and a checkpoint.
stopped() {
  ended 75 "$1" "stopped after step [1-9][0-9]* of 1000000 by $2$"
  newest "$1"
  ((newest > 0)) || fail "$1: no checkpoint"
}

# begin RANKS RUN: starts a run that never ends by itself, and waits until it trains.
begin() {
  touch started
  start "$1" log "${training[@]}" run="$2" steps=1000000
  await_ranks "$1" || fail "$2 ended early: $(cat log)"
  await_step "$2" 3 || fail "$2 ended early: $(cat log)"
}

for ranks in 1 2; do
  for signal in HUP XCPU; do
    begin $ranks $signal-$ranks
    kill -s $signal "${rank_pids[-1]}"
    end
    stopped $signal-$ranks SIG$signal
    [[ $(grep -c '^lockstep: .*stopped' log) == 1 ]] || fail "not one message: $(cat log)"
  done
done

# Under nohup a hangup is nothing.
touch started
nohup "$LOCKSTEP" "${training[@]}" run=nohup steps=1000000 > log 2>&1 &
session=$!
await_step nohup 3 || fail "nohup ended early: $(cat log)"
kill -s HUP $session
last_step nohup
await_step nohup $((step + 3)) || fail "a hangup that is ignored ended it: $(cat log)"
kill -s TERM $session
end
stopped nohup SIGTERM

# Nobody reads the messages any more.
exec {unread}> >(exec true)
wait $!
code=0
timeout $patience "$LOCKSTEP" "${training[@]}" run=unread steps=30 log_seconds=0 2>&"$unread" || code=$?
ended 0 unread complete
code=0
timeout $patience "$LOCKSTEP" "${training[@]}" run=unread steps=1000000 stop_after=1s log_seconds=0 \
  2>&"$unread" || code=$?
stopped unread stop_after

# The checkpoint is larger than the limit on files (in blocks of 1 kB), which MPI's own files are not;
# the next start has none.
large=("${training[@]}" run=large steps=4 model.channels=256 batch_size=8)
code=0
(
  ulimit -f 10000
  timeout $patience "$LOCKSTEP" "${large[@]}" checkpoint_every=2 2> log
) || code=$?
ended 74 large 'step-000004.h5: cannot write: File too large'
grep -q '^lockstep: checkpoint of step 2 not written: .*File too large.*training goes on' log ||
  fail "no word of the first checkpoint: $(cat log)"
last_step large
((step == 4)) || fail "training ended at step $step"
code=0
timeout $patience "$LOCKSTEP" "${large[@]}" 2> log || code=$?
ended 0 large complete

# pending SIGNAL RANKS RUN: the signal is there before the program is, held back by whoever starts it.
# A command that saves nothing just ends.
cat > pending.py << 'END'
import os, signal, sys
number = signal.Signals["SIG" + sys.argv[1]]
signal.pthread_sigmask(signal.SIG_BLOCK, [number])
os.kill(os.getpid(), number)
os.execv(sys.argv[2], sys.argv[2:])
END
pending() {
  local signal=$1 launcher
  launcher "$2"
  code=0
  timeout $patience "${launcher[@]}" python3 pending.py "$signal" "$LOCKSTEP" "${training[@]}" \
    run="$3" steps=1000000 2> log || code=$?
  ended 75 "$3" "stopped before the first step by SIG$signal$"
  [[ $(grep -c '^lockstep: .*stopped before the first step by .*; to resume: ' log) == 1 ]] ||
    fail "$3: not one message: $(cat log)"
  newest "$3"
  ((newest == 0)) || fail "$3: a checkpoint of nothing"
}
for signal in TERM INT USR1 USR2 HUP; do
  pending $signal 1 early-$signal
done
pending TERM 2 early-2
# A step is a step wherever it is stopped: the next start goes on to the same bits.
for run in reference early-2; do
  timeout $patience "$LOCKSTEP" "${training[@]}" run=$run steps=3 2> log
done
same "stopped before the first step" reference early-2 3

# … and while it loads.
for _ in {1..150}; do cat data/wiki.txt; done > large.txt
touch started
start 2 log "${training[@]}" run=loading steps=1000000 corpus=large.txt
until [[ -e loading/lock ]]; do
  alive || fail "it ended early: $(cat log)"
  nap 0.005
done
await_ranks 2 || fail "it ended early: $(cat log)"
kill -s TERM "${rank_pids[0]}"
end
ended 75 loading 'stopped (before the first step|after step [0-9]+ of 1000000) by SIGTERM$'
echo "a run says what ends it"
