#!/bin/bash
# The command that a stopped run names can be pasted: it is whole, quoted for bash, names the program
# and the launcher, and goes on. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
cp "$SOURCE_DIR/configs/tiny.yaml" $'odd\tname.yaml'
mkdir -p 'my programs'
ln -s "$LOCKSTEP" 'my programs/lockstep'
odd="it's a \"run\" \$(touch RAN);\`touch RAN\` é & #"

# resumes PATTERN COMMAND...: the command stops by itself; what its message names, which matches,
# does the last step.
resumes() {
  local pattern=$1 code=0 command
  shift
  timeout $((60 * ${PATIENCE:-1})) "$@" 2> log > out || code=$?
  ((code == 75)) || fail "exit code $code: $(tail -n 3 log)"
  cp log log.stop
  command=$(sed -n 's/^lockstep: .*; to resume: //p' log)
  grep -qE -- "^$pattern" <<< "$command" || fail "not '$pattern': ${command:0:500}"
  newest "$odd"
  timeout $((60 * ${PATIENCE:-1})) bash -c "$command steps=$((newest + 1)) stop_after=" 2> log ||
    fail "ended with $?: ${command:0:500}: $(cat log)"
  grep -q "going on after step $newest of $((newest + 1))" log || fail "not resumed: $(cat log)"
  [[ ! -e RAN ]] || fail "a part of an argument was run: $command"
}

train=(pretrain $'odd\tname.yaml' corpus=data/wiki.txt "run=$odd" steps=1000000 stop_after=0.2s init=)
long=()
for ((i = 0; i < 600; i++)); do long+=(log_seconds=5); done
resumes "'my programs/lockstep' pretrain \\$'odd\\\\011name.yaml' corpus=data/wiki.txt 'run=it'" \
  'my programs/lockstep' "${train[@]}"
resumes "/[^ ]+ pretrain" env PATH="$work/my programs:$PATH" lockstep "${train[@]}"
resumes "mpirun -np 2 .*' pretrain .* init= log_seconds=5.*log_seconds=5$" \
  "$MPIRUN" -np 2 'my programs/lockstep' "${train[@]}" "${long[@]}"
(($(grep -o log_seconds=5 log.stop | wc -l) == 600)) || fail "the command is cut"
echo "the commands that resume did"
