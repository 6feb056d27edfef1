#!/bin/bash
# A rank of a training run that is killed or stopped ends the run within the watchdog's time, with one
# message that names it and a checkpoint to go on from, to the bits of a run that nothing happened to.
# timeout: 150
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2
  checkpoint_every=5 keep_last=0 watchdog=3 checkpoint_write=beside)
mkdir run

# hit SIGNAL RANK RANKS FAULT: a run goes on for some steps, then this happens to a rank of it.
hit() {
  local what="SIG$1 to rank $2 of $3" began took
  newest run
  touch started
  start "$3" log "${training[@]}" run=run steps=1000000
  await_ranks "$3" || fail "$what: it ended early: $(cat log)"
  await_step run $((newest + 7)) || fail "$what: it ended early: $(cat log)"
  began=$(date +%s%3N)
  kill -s "$1" "${rank_pids[$2]}"
  end
  took=$(($(date +%s%3N) - began))
  ((code != 124)) || fail "$what: exit code $code: $(cat log)"
  ((code != 0)) || mpirun_forgets || fail "$what: exit code $code: $(cat log)"
  ((took < 8000 * ${PATIENCE:-1})) || fail "$what: it took $took ms"
  if ! mpich_ended log; then
    [[ $(grep -c '^lockstep: .*; ending all ranks; start the same command again' log) == 1 ]] ||
      fail "$what: not one message: $(cat log)"
    grep -qE "^lockstep: rank $2 on $(hostname), last seen (in step [0-9]+ )?.*, $4; ending" log ||
      fail "$what: another message: $(cat log)"
  fi
  for _ in {1..50}; do # mpirun does not wait for the last of them to be gone
    scan
    ((${#pids[@]})) || break
    nap 0.1
  done
  ((${#pids[@]} == 0)) || fail "$what: processes are left: ${pids[*]}"
  echo "$what: exit code $code after $took ms"
}

silent='has been silent for 3 s: it was stopped, or its host is cut off'
hit KILL 2 4 died
hit KILL 0 2 died
hit STOP 1 4 "$silent"
hit STOP 0 2 "$silent"

# Left over from writers that were killed; what others left is not ours to remove.
made=tmp-0123456789abcdef
mkdir -p run/tensorboard
touch run/{metrics.csv,ranks.csv,config.yaml,notes,metrics.csv.old}.$made run/checkpoints/step-{000001.h5,notes}.$made \
  run/tensorboard/events.out.tfevents.1.host.0.$made run/step-by-step.tmp-notes run/metrics.csv.tmp-1
newest run
last=$((newest + 5))
for run in run reference; do
  limit=100 start 2 log "${training[@]}" run=$run steps=$last tensorboard=true
  end
  ((code == 0)) || fail "$run ended with $code: $(cat log)"
done
[[ $(find run -name '*.tmp-*' | sort) == "$(printf 'run/%s\n' checkpoints/step-notes.$made metrics.csv.old.$made \
  metrics.csv.tmp-1 notes.$made step-by-step.tmp-notes)" ]] || fail "left over: $(find run -name '*.tmp-*')"
same "killed twice, stopped twice" reference run $last
