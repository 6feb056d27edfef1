#!/bin/bash
# What run.sh --package does inside the clean system: installs the package, trains with it as a user would,
# and removes it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

fail() {
  echo "FAILED: $*"
  exit 1
}

apt-get update -qq > /dev/null
apt-get install -qq -y --no-install-recommends /opt/*.deb > /tmp/apt.log 2>&1 || fail "$(tail /tmp/apt.log)"
rm /opt/*.deb
cd /tmp
lockstep --version
dpkg --listfiles lockstep | grep "^/usr/share/man/man1/lockstep-pretrain.1" > /dev/null || fail "no manual page"
lockstep synth data --people 60 --questions 30
config=$(dpkg --listfiles lockstep | grep '/tiny.yaml$')
launcher=$(dpkg --listfiles lockstep | grep '/local.sh$')
lockstep pretrain "$config" corpus=data/wiki.txt run=alone steps=4
"$launcher" -n 2 pretrain "$config" corpus=data/wiki.txt run=two steps=4
for run in alone two; do
  lockstep inspect $run/checkpoints/latest | grep '^parameter hash: ' > $run.hash
done
cmp alone.hash two.hash || fail "one rank and two differ"
lockstep finetune "$config" corpus=data/wiki.txt questions=data/birth_places_train.tsv init=two/checkpoints/latest run=three
lockstep evaluate three/checkpoints/latest data/birth_dev.tsv
dpkg --listfiles lockstep > /tmp/files
apt-get purge -qq -y lockstep > /dev/null
while read -r file; do
  [[ ! -f $file ]] || fail "$file is left behind"
done < /tmp/files
