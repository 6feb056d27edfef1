#!/bin/bash
# Results that cannot be written to standard output end every command with exit code 74 and one
# message, a failure before that keeps its own code, and no file takes a closed stream's place.
# timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
tiny=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt)
checkpoint=run/checkpoints/latest

# A run whose standard streams are closed is like any other.
"$LOCKSTEP" pretrain "${tiny[@]}" run=reference steps=4 2> /dev/null
"$LOCKSTEP" pretrain "${tiny[@]}" run=run steps=2 <&- >&- 2>&-
"$LOCKSTEP" pretrain "${tiny[@]}" run=run steps=4 <&- >&- 2>&-
same "all streams closed" reference run 4
! grep -rIl 'lockstep: \|tokens/s' run || fail "messages in files of the run"

# refused CODE WHAT: after a command whose messages are in err; what is said of answers that were cut is none.
refused() {
  ((code == $1)) || fail "$2: exit code $code, expected $1: $(cat err)"
  [[ $(grep '^lockstep: ' err | grep -vc 'were cut off') == 1 ]] || fail "$2: not one message: $(cat err)"
  (($1 != 74)) || grep -qE '^lockstep: .*standard output: cannot write: [A-Z]' err || fail "$2: $(cat err)"
}

# full COMMAND...
full() {
  code=0
  "$LOCKSTEP" "$@" > /dev/full 2> err < /dev/null || code=$?
  refused 74 "$* > /dev/full"
}

# closed COMMAND...: standard output is closed, and then a pipe that nobody reads.
exec {unread}> >(exec true)
wait $!
closed() {
  code=0
  "$LOCKSTEP" "$@" 2> err < /dev/null >&- || code=$?
  refused 74 "$* with standard output closed"
  code=0
  "$LOCKSTEP" "$@" 2> err < /dev/null 1>&"$unread" || code=$?
  refused 74 "$* into a pipe that nobody reads"
}

full --version
full --help
full pretrain --help
full synth --help
full prepare data/wiki.txt wiki.h5
full config "${tiny[0]}"
full config "${tiny[0]}" --keys run
full inspect $checkpoint
full inspect wiki.h5
full examples "${tiny[@]}"
full baseline data/birth_dev.tsv --answer Nowhere
full evaluate $checkpoint data/birth_dev.tsv
full evaluate $checkpoint data/birth_test_inputs.tsv
full ask $checkpoint 'Where was it?'
full score $checkpoint data/wiki.txt
full attention copy
full attention trained $checkpoint 'Where was it?'
full bench "${tiny[@]}" --steps 1
head -c 32 /dev/urandom > key
full meet --port 0 --key key

closed --version
closed meet --port 0 --key key
closed prepare data/wiki.txt wiki.h5
closed evaluate $checkpoint data/birth_dev.tsv
closed examples "${tiny[@]}" -n 1000000000 # ends early

# A conversation ends where its answers are lost; one on two ranks as well.
code=0
yes 'Where was it?' | "$LOCKSTEP" ask $checkpoint > /dev/full 2> err || code=$?
refused 74 "ask > /dev/full"
code=0
# shellcheck disable=SC2016 # for the inner shell
"$MPIRUN" -np 2 bash -c 'exec "$0" "$@" > /dev/full' "$LOCKSTEP" evaluate $checkpoint data/birth_dev.tsv \
  2> err || code=$?
refused 74 "evaluate > /dev/full on two ranks"

code=0
"$LOCKSTEP" baseline nowhere.tsv --answer Nowhere > /dev/full 2> err || code=$?
refused 66 "a missing file"
code=0
"$LOCKSTEP" bogus > /dev/full 2> err || code=$?
refused 64 "an unknown command"
echo "no command loses its results silently"

# watch keeps to the terminal and, ended by a signal, gives it back as it was.
cat > watching.py << 'END'
import fcntl, os, pty, re, signal, struct, sys, termios
LINES, COLUMNS = 10, 20
for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.execvp(sys.argv[1], sys.argv[1:])
    seen = b""
    while b"q quits" not in seen:
        seen += os.read(terminal, 1000)
    if termios.tcgetattr(terminal)[3] & termios.ECHO:
        sys.exit("keys are echoed while it watches")
    lines = re.sub(r"\033\[[0-9]*[A-Za-z]", "", seen.decode()).split("\r\n")
    if len(lines) != LINES or lines[0] != "run" or max(map(len, lines)) >= COLUMNS: # the last one stays free
        sys.exit(f"it does not keep to the terminal: {lines}")
    os.kill(child, name)
    try:
        while os.read(terminal, 1000):
            pass
    except OSError:
        pass  # its end
    os.waitpid(child, 0)
    if not termios.tcgetattr(terminal)[3] & termios.ECHO:
        sys.exit(f"{name.name}: the terminal is not as it was")
END
TERM=xterm timeout $((60 * ${PATIENCE:-1})) python3 watching.py "$LOCKSTEP" watch run

# It does not wait for a squeue that hangs.
mkdir slurm
printf '#!/bin/sh\nsleep 60\n' > slurm/squeue
chmod +x slurm/squeue
echo '2026-11-28T10:00:00Z job slurm 42' >> run/history.txt
began=$SECONDS
PATH="$PWD/slurm:$PATH" timeout $((60 * ${PATIENCE:-1})) "$LOCKSTEP" watch run --once > out || fail "watch: $?"
((SECONDS - began < 30 * ${PATIENCE:-1})) || fail "watch waited for squeue: $((SECONDS - began)) s"
! grep 'Slurm job' out || fail "an answer that squeue has not given"
