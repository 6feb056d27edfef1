#!/bin/bash
# A signal to a rank or to the launcher, or the time limit, stops a run at its next step with one
# checkpoint, exit code 75 and the command that resumes it; resumed, it has the bits of a run that was
# never stopped. mpirun passes SIGUSR1 and SIGUSR2 on; at SIGTERM and SIGINT that of Open MPI 4 gives the
# ranks SIGTERM after a second, SIGKILL after another one, and itself exits with 1. Others kill the ranks
# at once. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# It never ends by itself, so that no signal can come too late.
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2
  checkpoint_every=0 keep_last=0)
forever=("${training[@]}" run=run steps=1000000)
newest=0

# check_stop WHAT REASON CODE: the start ended as it should, after a step since the last stop.
check_stop() {
  local before=$newest count
  ((code == $3)) || fail "$1: exit code $code, expected $3: $(cat log)"
  count=$(find run/checkpoints -name 'step-*' | wc -l)
  newest run
  stops=$((stops + 1))
  ((count == stops && newest > before)) || fail "$1: $count checkpoints, the newest of step $newest"
  [[ $(grep -c '^lockstep: .*stopped' log) == 1 ]] || fail "$1: not one message: $(cat log)"
  grep -qE "^lockstep: .*stopped after step $newest of 1000000 by $2; to resume: .*pretrain.* run=run" \
    log || fail "$1: another message: $(cat log)"
  ((before == 0)) || grep -q "going on after step $before of" log || fail "$1: not from step $before"
  "$LOCKSTEP" inspect "run/checkpoints/latest" | grep -x "step: $newest" > inspected || fail "$1: inspect"
  last_step run
  ((step == newest)) || fail "$1: metrics.csv ends with step $step"
  echo "$1: stopped after step $newest"
}

# running RANKS COMMAND...: starts it and waits until it has made some steps.
running() {
  newest run
  touch started
  start "$1" log "${@:2}"
  await_ranks "$1" || fail "it ended early: $(cat log)"
  await_step run $((newest + 3)) || fail "it ended early: $(cat log)"
}

# stop RANKS SIGNAL TO [CODE]: TO is a rank, or `launcher`.
stop() {
  local ranks=$1 signal=$2 victim
  running "$ranks" "${forever[@]}"
  [[ $3 == launcher ]] && victim=$top || victim=${rank_pids[$3]}
  kill -s "$signal" "$victim"
  end
  if [[ $3 == launcher && ${4:-75} == 1 ]]; then signal=TERM; fi
  # the mpirun of MPICH sometimes forgets what its ranks ended with, if it was sent a signal
  if [[ $3 == launcher && $code == 0 ]] && launcher_is mpich; then code=75; fi
  check_stop "SIG$2 to ${3/#[0-9]/rank &} of $ranks" "SIG$signal" "${4:-75}"
}

# cut_off SIGNAL: the launcher gives its ranks no time. Nothing of the run is left, but what it had.
cut_off() {
  local pid
  running 2 "${forever[@]}"
  find_ranks 2 || fail "SIG$1 to the launcher: no ranks"
  kill -s "$1" "$top"
  end
  ((code != 0)) || launcher_is mpich || fail "SIG$1 to the launcher: exit code 0"
  for pid in "${rank_pids[@]}"; do
    while kill -0 "$pid" 2> /dev/null; do nap 0.05; done
  done
  stops=$(find run/checkpoints -name 'step-*' | wc -l)
  newest run
  echo "SIG$1 to the launcher: ended with $code"
}

stops=0
mkdir run
for signal in TERM INT USR1 USR2; do
  stop 1 $signal 0
  stop 2 $signal 0
  stop 2 $signal 1
done
stop 2 USR1 launcher
launcher_is mpich || stop 2 USR2 launcher # it ends itself only
if launcher_is openmpi4; then
  stop 2 TERM launcher 1
  stop 2 INT launcher 1
else
  cut_off TERM
  cut_off INT
fi

for ranks in 1 2; do
  limit=60 start $ranks log "${forever[@]}" stop_after=1s
  end
  check_stop "time limit on $ranks" stop_after 75
done

# The command in the message goes on, to the bits of a run that was never stopped.
mkdir bin
ln -s "$LOCKSTEP" bin/lockstep
printf '#!/bin/sh\nexec "%s" "$@"\n' "$(command -v "$MPIRUN")" > bin/mpirun # a link would not find its helpers
chmod +x bin/mpirun
resume=$(sed -n 's/.*; to resume: //p' log)
last=$((newest + 5))
PATH=$work/bin:$PATH bash -c "timeout -k 5 $((60 * ${PATIENCE:-1})) $resume steps=$last stop_after=" 2> log ||
  fail "the command that resumes ended with $?: $resume: $(cat log)"
grep -q "going on after step $newest of $last" log || fail "not resumed: $(cat log)"
limit=100 start 1 log "${training[@]}" run=reference steps=$last
end
same "stopped $stops times" reference run $last

# A second interrupt does not wait for the step to end: with this model a step takes seconds.
for ranks in 1 2; do
  touch started
  start $ranks log "${training[@]}" run=slow-$ranks steps=2 \
    model.layers=8 model.channels=256 model.heads=8 model.block=256 batch_size=256
  until [[ -s slow-$ranks/metrics.csv ]]; do
    alive || fail "it ended early: $(cat log)"
    nap 0.01
  done
  await_ranks $ranks || fail "it ended early: $(cat log)"
  nap 0.5
  kill -s INT "${rank_pids[0]}"
  nap 0.2
  alive || fail "the first SIGINT ended it: $(cat log)"
  kill -s INT "${rank_pids[0]}"
  end
  interrupted=130
  if ((ranks > 1)) && launcher_is mpich; then interrupted=2; fi # the signal's number alone
  ((code == interrupted)) || fail "a second SIGINT: exit code $code, expected $interrupted: $(cat log)"
  last_step slow-$ranks
  ((step == 0)) || fail "a second SIGINT: step $step was made"
  newest slow-$ranks
  ((newest == 0)) || fail "a second SIGINT: there is a checkpoint"
  echo "a second SIGINT on $ranks: stopped at once"
done
