#!/bin/bash
# No text that launchers read is ever run: values of a config, names of links and hosts, variables of
# Slurm and mpirun, numbers on the command line. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
launch=$SOURCE_DIR/launch
"$LOCKSTEP" synth data --people 40 --questions 20 > /dev/null
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt steps=1)
# shellcheck disable=SC2016 # it is what must not be expanded
evil='ranks[$(touch PWNED;echo 0)]' # run wherever a number is expected unchecked

# refused WHAT CODE PATTERN COMMAND...: ends so, says so (a pattern of -P: with control characters), and runs
# nothing.
refused() {
  local what=$1 expected=$2 pattern=$3 code=0
  shift 3
  timeout -k 5 $((60 * ${PATIENCE:-1})) "$@" > log 2>&1 < /dev/null || code=$?
  [[ ! -e PWNED ]] || fail "$what: it was run"
  ((code == expected)) || fail "$what: exit code $code, expected $expected: $(cat -v log)"
  grep -qE -- "$pattern" log || fail "$what: no '$pattern' in $(cat -v log)"
  ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' log || fail "$what: control characters: $(cat -v log)"
  echo "$what: exit code $code" | cat -v
}

# Programs that the launchers call. mpirun shows what it was called with; the ranks' part is run, as local
# rank `local_rank`. The agent stands for ssh: the host, a command. It greets first, as a host with a banner does.
mkdir bin
cat > bin/mpirun << 'END'
#!/bin/bash
[[ $1 != --version ]] || exec echo "mpirun (Open MPI) 4.1.4"
printf '%s\n' "$@" > mpirun.words
while (($#)); do
  [[ $1 != --hostfile ]] || cp "$2" mpirun.hosts
  [[ $1 != *bash && $1 != *lockstep && $1 != *program ]] || break
  shift
done
OMPI_COMM_WORLD_LOCAL_RANK=$local_rank "$@"
END
cat > bin/agent << 'END'
#!/bin/bash
printf '%s\n' "$1" >> agent.hosts
printf 'Welcome to %s' "$1"
[[ -n ${BANNER_ALONE-} ]] || bash -c "$2"
END
cat > bin/srun << 'END'
#!/bin/bash
[[ $1 != --mpi=list ]] || { echo pmix; exit; }
exit 70
END
chmod +x bin/*
export local_rank=0 OMPI_MCA_plm_rsh_agent=$work/bin/agent
with_false_tools=(env PATH="$work/bin:$PATH")

# slurm [NAME=VALUE ...] -- TRAINING...: as the batch script does.
cat > slurm << 'END'
#!/bin/bash
set -euo pipefail
cd "$SOURCE_DIR"
source launch/slurm.bash
cd "$OLDPWD"
train "$@"
END
slurm=(env PATH="$work/bin:$PATH" SLURM_JOB_ID=1 SLURM_JOB_NUM_NODES=1 SLURM_JOB_CPUS_PER_NODE=2
  SLURM_JOB_NODELIST=h1)

echo 'h1 slots=1' > hosts
launchers=(local hosts supervise slurm) # arrays of these names
local=("${with_false_tools[@]}" "$launch/local.sh")
hosts=("${with_false_tools[@]}" "$launch/hosts.sh" hosts)
supervise=("${with_false_tools[@]}" "$launch/supervise.sh" --restarts 1 --pause 0)
slurm+=(bash slurm)

# By the config: a value that looks like several, and one that the terminal would obey.
cat > evil.yaml << END
corpus: data/wiki.txt
run: "runx\n\n$evil\n1"
END
printf 'corpus: data/wiki.txt\nrun: "runx\\e]0;title\\a"\n' > terminal.yaml
for name in "${launchers[@]}"; do
  declare -n launcher_words=$name
  refused "a config with newlines, $name" 64 "evil.yaml, line 2: character 5 of 'run' .*U\+000A" \
    "${launcher_words[@]}" evil.yaml
  refused "a config with an escape, $name" 64 "terminal.yaml, line 2: character 5 of 'run' .*U\+001B" \
    "${launcher_words[@]}" terminal.yaml
done

# By a program that gives other values than ours: nothing but numbers is counted with.
cat > program << END
#!/bin/bash
[[ \$1 == config ]] || exit 70
[[ -n \${SHARDS-}\${THREADS+x} ]] || exec "$LOCKSTEP" "\$@"
printf '%s\0' run '' "\${SHARDS-8}" "\${THREADS-1}"
END
chmod +x program
for name in "${launchers[@]}"; do
  declare -n launcher_words=$name
  refused "shards, $name" 64 'is not CONFIG' env LOCKSTEP="$work/program" SHARDS="$evil" \
    "${launcher_words[@]}" "${training[@]}" run=run
done
for wrong in THREADS="$evil" THREADS= THREADS=99999999999999999999 SHARDS=-1 SHARDS=0x8; do
  refused "$wrong" 64 'is not CONFIG' env LOCKSTEP="$work/program" "$wrong" "${local[@]}" "${training[@]}" run=run
done
refused "help behind the config" 64 'is not CONFIG' "${local[@]}" "${training[@]}" run=run --help

# By the link to the newest checkpoint, and by the history.
mkdir -p run/checkpoints
ln -s "step-0+$evil.h5" run/checkpoints/latest
echo "step 1; $evil" > run/history.txt
LOCKSTEP=$work/program refused "a link, supervise" 70 'restart 1 of 1 in 0 s, from step \?' \
  "${supervise[@]}" "${training[@]}" run=run
LOCKSTEP=$work/program refused "a link, slurm" 70 'pretrain from step \? on' \
  "${slurm[@]}" "${training[@]}" run=run
ln -sfn step-000019.h5 run/checkpoints/latest
LOCKSTEP=$work/program refused "a link to step 19" 70 'pretrain from step 19 on' \
  "${slurm[@]}" "${training[@]}" run=run
rm run/history.txt
mkfifo run/history.txt
LOCKSTEP=$work/program refused "a history that is a pipe" 70 'restart 1 of 1' \
  "${supervise[@]}" "${training[@]}" run=run
rm -r run

# By variables of Slurm and mpirun.
for variable in SLURM_JOB_NUM_NODES SLURM_JOB_CPUS_PER_NODE; do
  for value in "$evil" "2(x1),$evil" 99999999999999999999 4x3; do
    refused "$variable=$value" 70 "$variable=" "${slurm[@]:0:6}" "$variable=$value" bash slurm \
      "${training[@]}" run=run
  done
done
refused "SLURM_RESTART_COUNT" 70 'start 1 .* on 2 ranks, 2 of the nodes' "${slurm[@]:0:6}" \
  SLURM_RESTART_COUNT="$evil" SLURM_JOB_NUM_NODES=08 'SLURM_JOB_CPUS_PER_NODE=08(x7),1' bash slurm \
  "${training[@]}" run=run shards=2
for local_rank in "$evil" '' -1; do
  refused "a local rank of '$local_rank'" 70 'no local rank' "${local[@]}" -n 1 "${training[@]}" run=run
done
local_rank=0

# By numbers on the command line. They are decimal.
for option in -n --limit --grace --restarts --pause; do
  refused "$option" 64 "$option needs a whole number" "${supervise[@]}" "$option" "$evil" "${training[@]}" run=run
done
for value in 1e3 0x10 -1 '' ' 1' 99999999999999999999; do
  refused "-n '$value'" 64 "-n needs a whole number" "${local[@]}" -n "$value" "${training[@]}" run=run
done
refused "-n 0" 64 '-n needs a number from 1 up' "${local[@]}" -n 0 "${training[@]}" run=run
refused "-n 08" 0 'step 1/1' "${local[@]}" -n 08 --oversubscribe "${training[@]}" run=run
grep -qx 8 mpirun.words || fail "-n 08 is not 8: $(cat mpirun.words)"

# By the hosts' file.
# shellcheck disable=SC2016 # it is what must not be expanded
for name in ../../x -oProxyCommand=id '$(touch${IFS}PWNED)' 'h1;touch${IFS}PWNED' "$evil" $'h\033[2J' . @h1 -l@h1 \
  h1@ 'h1@-x' h1,h2 '^h1' +n0; do
  printf 'h1 slots=1\n%s slots=1\n' "$name" > named
  refused "host $name" 64 "named, line 2: '.*' is no name or address" \
    "${with_false_tools[@]}" "$launch/hosts.sh" named "${training[@]}" run=run
done
for slots in "$evil" 0 -1 99999999999999999999 1x '' 0x10; do
  echo "h1 slots=$slots" > named
  refused "slots=$slots" 64 'named, line 1: write slots=N behind h1' \
    "${with_false_tools[@]}" "$launch/hosts.sh" named "${training[@]}" run=run
done
refused "a folder of hosts" 66 'hosts.sh: \.: cannot be read as a file' "${with_false_tools[@]}" "$launch/hosts.sh" . \
  "${training[@]}" run=run
refused "a folder of hosts, supervise" 66 "^supervise.sh: --hosts: '\.' cannot be read as a file" "${supervise[@]}" \
  --hosts . "${training[@]}" run=run
[[ ! -e agent.hosts ]] || fail "a host was asked: $(cat agent.hosts)"
printf '\357\273\277h1 slots=08 # ten\r\n\n# slots=3\nhostfile slots=1\nuser@h-2.x_y slots=1\nerrors slots=1 max_slots=2
fe80::1%%eth0 slots=1\nh1 slots=2\nlast slots=3' > named
refused "names and slots of all kinds" 0 'step 1/1' \
  "${with_false_tools[@]}" "$launch/hosts.sh" named "${training[@]}" run=other shards=16
printf '%s\n' 'h1 slots=10' 'hostfile slots=1' 'user@h-2.x_y slots=1' 'errors slots=1' 'fe80::1%eth0 slots=1' \
  'last slots=3' > expected
diff expected mpirun.hosts || fail "other hosts for mpirun"
grep -qx 16 mpirun.words || fail "not 16 ranks: $(cat mpirun.words)"
refused "a banner and no answer" 69 'h1 does not answer: Welcome to h1; mend it' env BANNER_ALONE=yes "${hosts[@]}" \
  "${training[@]}" run=other

# By a recipe's name and words, and by the names of files that look like options.
compare=("$launch/compare.sh" -n 1 recipes.txt data/wiki.txt data/birth_places_train.tsv
  data/birth_places_train.tsv report.md runs)
echo "$evil: c.yaml $evil: c.yaml" > recipes.txt
refused "a recipe" 64 'key=value is needed' "${compare[@]}"
printf 'a b: c.yaml: c.yaml\na-b: c.yaml: c.yaml\n' > recipes.txt
refused "two recipes of a folder" 65 'two recipes have the run folder a-b' "${compare[@]}"
refused "a folder of answers" 66 "--answers needs a file of questions, not '\.'" "$launch/compare.sh" --answers .
refused "a folder of questions" 66 "--also needs a file of questions, not '\.'" "$launch/recall.sh" --also .
mkdir -p folders/wiki.txt
refused "a folder of folders" 66 'folders/wiki.txt is missing' "$launch/reproduce.sh" folders
mkdir -- -delete
refused "a folder called -delete" 66 'missing in' "$launch/get-data.sh" there -delete
[[ -e $work/slurm ]] || fail "find deleted what is here"
