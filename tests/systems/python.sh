#!/bin/bash
# python3 of a system that run.sh has made, for scripts that take PYTHON: with this machine's /proc, the
# folder of temporary files and this checkout where they are here. What it writes elsewhere is gone after it.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

systems=${LOCKSTEP_SYSTEMS:-/var/tmp/lockstep-systems}
export root=$systems/${SYSTEM:-debian13} checkout temporary=${TMPDIR:-/tmp} layer
checkout=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
[[ $(id -u) == 0 ]] || { echo "python.sh: needs root: it mounts and changes root" >&2 && exit 69; }
[[ -x $root/usr/bin/python3 ]] || { echo "python.sh: no python3 in $root" >&2 && exit 69; }
layer=$(mktemp -d)
trap 'rmdir "$layer"' EXIT

# shellcheck disable=SC2016 # for the inner shell
unshare --mount --propagation private bash -ec '
  mount -t tmpfs layer "$layer"
  mkdir "$layer"/{upper,work,root}
  mount -t overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" system "$layer/root"
  cd "$layer/root"
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  for folder in "$temporary" "$checkout"; do
    mkdir -p ".$folder"
    mount --bind "$folder" ".$folder"
  done
  exec chroot . python3 "$@"' bash "$@"
