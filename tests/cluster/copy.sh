#!/bin/bash
# Hosts that have their disks to themselves (checkpoint_copy): one is lost with all that it has, then another, and
# the run goes on with those that are left from the copy that one of them has, to the bits of a run that nothing
# happened to. timeout: 60
set -euo pipefail
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
in_own_world mpirun

hosts_up 3
use_mpirun_over_hosts
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=(pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$work/data/wiki.txt" dropout=0.2 checkpoint_every=2
  keep_last=2)
mkdir h1 h2 h3
# shellcheck disable=SC2016 # for the inner shell
printf '#!/bin/bash\ncd "%s/$(hostname)" && exec "%s" "$@"\n' "$work" "$LOCKSTEP" > at_home
chmod +x at_home

# train HOSTS STEPS: one rank a host.
train() {
  "$MPIRUN" --host "$1" --bind-to none "$work/at_home" "${training[@]}" run=run checkpoint_copy=copy steps="$2" \
    > log 2>&1 || fail "on $1: $(cat log)"
}

# lose HOST
lose() {
  rm -r "${1:?}"
  mkdir "$1"
}

"$LOCKSTEP" "${training[@]}" run=whole steps=12 2> /dev/null
train h1,h2,h3 6
[[ $(ls h1) == run && $(ls h2) == copy && -z $(ls h3) ]] || fail "$(ls h1 h2 h3)"
grep -q 'rank 1 keeps copies of checkpoints in copy of h2$' log || fail "$(cat log)"
lose h1
train h2,h3 8 # the copy's host is rank 0's now
grep -q 'fetching the copy of step 6 from rank 0' log || fail "$(cat log)"
lose h2
train h1,h3 12
grep -q 'fetching the copy of step 8 from rank 1' log || fail "$(cat log)"
last=checkpoints/step-000012.h5
cmp h1/run/$last h3/copy/$last || fail "another copy"
diff <("$LOCKSTEP" inspect whole/$last | grep -E '^(parameter|optimizer) hash') \
  <("$LOCKSTEP" inspect h3/copy/$last | grep -E '^(parameter|optimizer) hash') || fail "other bits"
echo "same bits: hosts that were lost in turn"
