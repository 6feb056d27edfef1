#!/bin/bash
# launch/supervise.sh brings a run on 4 hosts through a rank that is killed, one that is stopped, mpirun's
# daemon killed, and a host cut off, on the hosts that are left and later on all of them again, to the
# bits of a run that nothing happened to. It gives up where a restart does not help. timeout: 150
set -euo pipefail
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
in_own_world mpirun

hosts_up 4
shape 30mbit 64kb h1 h2 h3 h4 # slow steps that take no computing
use_mpirun_over_hosts
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1
export OMPI_MCA_oob_tcp_keepalive_probes=2
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
printf 'h%d slots=1\n' 1 2 3 4 > hosts
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 watchdog=3 checkpoint_every=4
  checkpoint_write=beside keep_last=0)
supervise=("$SOURCE_DIR/launch/supervise.sh" --no-bind)

# on HOST NAME: the process of this name on a host.
on() {
  local pid
  for pid in $(ip netns pids "$1"); do
    [[ $(cat "/proc/$pid/comm" 2> /dev/null) != "$2" ]] || echo "$pid"
  done
}

# signal SIGNAL HOST NAME: to the process of this name on a host.
signal() {
  kill -s "$1" "$(on "$2" "$3")"
}

now() {
  date +%s%3N
}

# await_log PATTERN COUNT: until so many lines of log match.
await_log() {
  until (($(grep -cE "$1" log) >= $2)); do
    kill -0 "$supervisor" 2> /dev/null || fail "$what: it ended: $(cat log)"
    nap 0.02
  done
}

# hit WHAT CODE WORLD COMMAND...: makes the fault once the run has gone on for some steps since the last
# one, and waits for what follows: the exit code, and training again in this world.
restarts=0
hit() {
  local began noticed limit=$((SECONDS + 40))
  what=$1
  newest run
  until [[ run/metrics.csv -nt started ]] && last_step run && ((step >= newest + 6)); do
    ((SECONDS < limit)) || fail "$what: no step before it: $(cat log)"
    nap 0.02
  done
  began=$(now)
  "${@:4}"
  restarts=$((restarts + 1))
  await_log "supervise.sh: exit code ($2): restart $restarts of 9 in " 1
  noticed=$(now)
  newest run
  touch started
  await_log "going on after step" $restarts
  until [[ run/metrics.csv -nt started ]] && last_step run && ((step > newest)); do nap 0.02; done
  tail -n 1 run/history.txt | grep -q "step $newest of 1000000, $3\$" ||
    fail "$what: started as $(tail -n 1 run/history.txt), not from step $newest on $3"
  echo "$what: exit code $(sed -n "s/.*exit code \([0-9]*\): restart $restarts .*/\1/p" log);" \
    "noticed after $((noticed - began)) ms, training again after $(($(now) - began)) ms"
}

all='4 ranks on h1:1,h2:1,h3:1,h4:1'
mkdir run
touch started
"${supervise[@]}" --restarts 9 --pause 0 --hosts hosts "${training[@]}" run=run steps=1000000 > log 2>&1 &
supervisor=$!
hit "rank killed" 137 "$all" signal KILL h3 lockstep
hit "rank stopped" 75 "$all" signal STOP h2 lockstep
hit "daemon killed" "9|205" "$all" signal KILL h4 orted
hit "host cut off" "1|75|137|205" "3 ranks on h1:1,h3:1,h4:1" cut_link h2
mend_link h2
hit "rank killed, the host is back" 137 "$all" signal KILL h3 lockstep
hit "first host cut off" "1|75|137|205" "3 ranks on h2:1,h3:1,h4:1" cut_link h1

# Asked to stop, it stops.
kill -TERM "$supervisor"
code=0
wait "$supervisor" || code=$?
((code == 75)) || fail "SIGTERM: exit code $code: $(cat log)"
newest run
tail -n 1 run/history.txt | grep -q "stopped after step $newest of" || fail "$(cat run/history.txt)"
echo "SIGTERM: stopped after step $newest"
last=$((newest + 3))
for run in run reference; do
  limit=100 start 1 log pretrain "${training[@]}" run=$run steps=$last
  end
  ((code == 0)) || fail "$run ended with $code: $(cat log)"
done
same "through $restarts faults" reference run $last

# ends CODE PATTERN ARGUMENTS...: of a supervised run on this host.
ends() {
  local expected=$1 pattern=$2 code=0
  shift 2
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${supervise[@]}" -n 1 "$@" > log 2>&1 || code=$?
  ((code == expected)) || fail "exit code $code, expected $expected: $(cat log)"
  grep -qE "$pattern" log || fail "no '$pattern' in $(cat log)"
  echo "gave up: $(grep -E "$pattern" log)"
}
ends 0 'the run is complete' "${training[@]}" run=run steps=$last
ends 64 'another config' "${training[@]}" run=run seed=2
ends 64 'resume=never: a run that is started again' "${training[@]}" run=run resume=never
ends 66 'nowhere.txt' "${training[@]}" run=other corpus=nowhere.txt
ends 75 'stopped after step .* by stop_after' "${training[@]}" run=run steps=1000000 stop_after=1s

# What is asked for, of one rank and of several; and what is not.
asked_for() {
  mkdir -p said
  echo "2026-11-28T10:00:00Z $1" > said/history.txt
  bash -euc 'usage=; source "$0"; run=said noted=0; was_asked_to_stop' "$SOURCE_DIR/launch/common.bash"
}
for text in 'stopped after step 3 of 9 by SIGTERM' 'stopped before the first step by SIGUSR1' \
  'stopped by SIGTERM while waiting for the other groups at host:7393'; do
  asked_for "$text" || fail "not asked for: $text"
  asked_for "rank 0 on host: $text" || fail "not asked for: rank 0 on host: $text"
done
if asked_for 'rank 1 on host, last seen in step 3, was stopped, or its host is cut off'; then fail "a fault is asked for"; fi

# A program that always fails.
cat > broken << END
#!/bin/bash
[[ \$1 != pretrain ]] || exit 70
exec "$LOCKSTEP" "\$@"
END
chmod +x broken
LOCKSTEP=$work/broken ends 70 'no checkpoint since the last start: giving up' --pause 1 \
  "${training[@]}" run=run steps=1000000
grep -q 'exit code 70: restart 1 of 5 in 1 s, from step' log || fail "no restart: $(cat log)"
