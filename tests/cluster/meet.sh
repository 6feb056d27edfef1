#!/bin/bash
# Groups that are jobs of their own on hosts of their own: one that is cut off is left out, and comes back once the
# link is mended, by a new connection. timeout: 100
set -euo pipefail
arguments=("$@")
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
in_own_world mpirun
hosts_up 3
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
head -c 32 /dev/urandom > key

(on_host h3 "$LOCKSTEP" meet --key key --patience 2 "> point.out 2> point.log") &
until [[ -s point.out ]]; do nap 0.05; done
for group in 0 1; do
  (on_host "h$((group + 1))" "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt steps=1000000 \
    sync.every=3 sync.meet=10.77.0.3:7070 sync.key=key sync.group=$group run=run-$group "> log-$group 2>&1") &
done

# await_line TEXT: of the meeting point.
await_line() {
  until grep -q "$1" point.log; do nap 0.05; done
  echo "$1"
}

await_line 'group 1 is there'
until last_step run-1 && ((step >= 9)); do nap 0.05; done
cut_link h2
await_line 'group 1 is left out'
await_line 'group 1 is gone'
last_step run-0
before=$step
until last_step run-0 && ((step > before + 9)); do nap 0.05; done
mend_link h2
await_line 'group 1 is one of them again'
[[ $(grep -c 'group 1 is there' point.log) == 2 ]] || fail "no new connection: $(cat point.log)"
last_step run-1
before=$step
until last_step run-1 && ((step > before + 9)); do nap 0.05; done
echo "both go on"
