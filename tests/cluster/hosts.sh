#!/bin/bash
# launch/hosts.sh over 4 hosts and TCP gives the bits of one rank on one host, on any number of them; it
# refuses a host that does not answer or has another program.
set -euo pipefail
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
in_own_world mpirun

hosts_up 4
use_mpirun_over_hosts
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 steps=30)
printf 'h%d slots=1\n' 1 2 3 4 > hosts

# launched WHAT CODE PATTERN ARGUMENTS...: of hosts.sh; the pattern is in what it says.
launched() {
  local what=$1 expected=$2 pattern=$3
  shift 3
  code=0
  timeout -k 5 $((60 * ${PATIENCE:-1})) "$SOURCE_DIR/launch/hosts.sh" --no-bind "$@" > log 2>&1 || code=$?
  ((code == expected)) || fail "$what: exit code $code, expected $expected: $(cat log)"
  grep -qE "$pattern" log || fail "$what: no '$pattern' in $(cat log)"
  echo "$what: $(grep -E -m 1 "$pattern" log)"
}

start 1 log pretrain "${training[@]}" run=reference
end
((code == 0)) || fail "the reference ended with $code: $(cat log)"
launched "4 hosts" 0 'step 30/30' hosts "${training[@]}" run=four
grep -q '4 ranks on h1:1,h2:1,h3:1,h4:1$' four/history.txt || fail "$(cat four/history.txt)"
same "4 hosts" reference four 30

launched "stopped by its limit" 75 'stopped after step [0-9]+ of 1000000 by SIGUSR1' --limit $((5 * ${PATIENCE:-1})) \
  hosts "${training[@]}" steps=1000000 run=limited
newest limited
launched "3 hosts, from step $newest" 0 'the world changed: 3 ranks on h1:1,h2:1,h3:1, before 4 ranks' \
  <(head -n 3 hosts) "${training[@]}" steps=$((newest + 5)) run=limited
start 1 log pretrain "${training[@]}" run=reference steps=$((newest + 5))
end
same "stopped, on 4 hosts and then 3" reference limited $((newest + 5))

cut_link h3
launched "a host is gone" 69 'h3 does not answer: .*No route to host' hosts "${training[@]}" run=three
launched "without it" 0 'h3 does not answer: going on without it' --answering hosts \
  "${training[@]}" run=three
same "without it" four three 30
groups=("${training[@]}" sync.every=6)
start 2 log pretrain "${groups[@]}" run=groups
end
launched "2 groups without it" 0 'step 30/30' --answering hosts "${groups[@]}" run=fewer
grep -q '2 ranks on ' fewer/history.txt || fail "not 2 ranks: $(cat fewer/history.txt)"
same "2 groups without it" groups fewer 30
mend_link h3

launched "no slots" 64 'write slots=N behind h9' <(echo h9) "${training[@]}" run=none
launched "no hosts" 66 'nowhere: cannot be read' nowhere "${training[@]}" run=none
launched "another corpus file" 66 'nothing.txt' hosts "${training[@]}" corpus=nothing.txt run=nothing

# h2 sees another file at the program's path, as after an update of one host.
cp "$LOCKSTEP" other
echo >> other
mv agent plain-agent
cat > agent << END
#!/bin/bash
[[ \$1 == h2 ]] || exec $work/plain-agent "\$@"
exec unshare --mount bash -c 'mount --bind $work/other $LOCKSTEP; exec $work/plain-agent "\$@"' - "\$@"
END
chmod +x agent
launched "another program" 64 'h2 has another .*lockstep than this host' hosts "${training[@]}" run=none
[[ ! -e none ]] || fail "a run that was refused began"
