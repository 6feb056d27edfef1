#!/bin/bash
# Builds and tests Lockstep on another system than this one. Not one of the tests that launch/test.sh
# runs: the first time it fetches a whole system, and each time it builds and tests anew.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/systems/run.sh [option ...] SYSTEM
Makes SYSTEM in a folder, by debootstrap from the mirror that this machine's apt uses, copies the last
commit into it and runs the README's two commands there. Needs root and debootstrap.
  debian12, debian13   launch/quickstart.sh and launch/test.sh -L LABELS
  arm64                Debian 13's cross compiler; the unit tests by qemu-user, and a short run
  --compiler gcc|clang
  --mpi openmpi|mpich
  --labels REGEX       the tests' labels: 'unit|mpi|reference' unless set; 'unit' with --compiler clang,
                       'mpi' with --mpi mpich
  --package            builds the .deb there instead, and installs and uses it in another one, SYSTEM-clean,
                       which is made anew
  --shell              a shell in the system, as the tests find it, instead of the commands
Systems lie in \${LOCKSTEP_SYSTEMS:-/var/tmp/lockstep-systems}, and stay there.
Exit codes: 0 all passed, 1 a step failed, 64 usage, 69 the system cannot be made here."

root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)

refuse() {
  echo "run.sh: $*" >&2
  echo "$usage" >&2
  exit 64
}

cannot() {
  echo "run.sh: $*" >&2
  exit 69
}

system='' compiler=gcc mpi=openmpi labels='' inside=inside.sh shell='' package=''
while (($#)); do
  case $1 in
    --compiler | --mpi | --labels) [[ -n ${2-} ]] || refuse "$1 needs a value" ;;&
    --compiler) compiler=$2 ;;
    --mpi) mpi=$2 ;;
    --labels) labels=$2 ;;
    --shell) shell=yes ;;
    --package) package=yes ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    -*) refuse "unknown option $1" ;;
    *) [[ -z $system ]] || refuse "more than one SYSTEM" ;;&
    *) system=$1 ;;
  esac
  [[ $1 != --compiler && $1 != --mpi && $1 != --labels ]] || shift
  shift
done
[[ $compiler =~ ^(gcc|clang)$ ]] || refuse "--compiler is gcc or clang, not '$compiler'"
[[ $mpi =~ ^(openmpi|mpich)$ ]] || refuse "--mpi is openmpi or mpich, not '$mpi'"
case $system in
  debian12) release=bookworm ;;
  debian13) release=trixie ;;
  arm64) release=trixie inside=arm64.sh ;;
  *) refuse "SYSTEM is debian12, debian13 or arm64, not '$system'" ;;
esac
[[ -z $package || $system != arm64 ]] || refuse "--package needs a system that runs by itself"
if [[ -z $labels ]]; then
  labels='unit|mpi|reference'
  [[ $compiler == gcc ]] || labels=unit
  [[ $mpi == openmpi ]] || labels=mpi
fi

folder=${LOCKSTEP_SYSTEMS:-/var/tmp/lockstep-systems}/$system
[[ $(id -u) == 0 ]] || cannot "needs root: it mounts and changes root"
command -v debootstrap > /dev/null || cannot "needs debootstrap: apt-get install debootstrap"
[[ -e /usr/share/debootstrap/scripts/$release ]] || cannot "this debootstrap does not know $release"

# mirror: where this machine's apt gets Debian itself from.
mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian //p' | sed -n 1p
}

# make_system: the bare system, with this machine's settings of apt for fetching. A folder without the
# mark is what an interrupted start has left.
make_system() {
  local url proxy=
  [[ ! -e $folder/.complete ]] || return 0
  url=$(mirror)
  [[ -n $url ]] || cannot "apt-get indextargets names no mirror of Debian"
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [[ -z $proxy ]] || export http_proxy=$proxy
  echo "Making $system in $folder"
  rm -rf "$folder"
  mkdir -p "$folder"
  if ! debootstrap --variant=minbase "$release" "$folder" "$url" > "$folder.log" 2>&1; then
    tail "$folder.log" >&2
    cannot "debootstrap failed; all it said: $folder.log"
  fi
  apt-config dump | grep -E '^Acquire::(http|https|Check|Retries|Languages|IndexTargets::deb::DEP)' \
    > "$folder/etc/apt/apt.conf.d/90outside" || true
  touch "$folder/.complete"
}

# copy_checkout: the last commit, as a clone has it: nothing that was built here. Where nobody knows this
# machine by name, each start of Open MPI 4 waits 5 s for an answer.
copy_checkout() {
  rm -rf "$folder/opt/lockstep"
  mkdir -p "$folder/opt/lockstep"
  git -C "$root" archive HEAD | tar -x -C "$folder/opt/lockstep"
  local file
  for file in hosts resolv.conf; do
    cp -L "/etc/$file" "$folder/etc/$file" 2> /dev/null || true
  done
}

# in_system COMMAND...: with mounts and processes of its own, which end with it, however it ends.
in_system() {
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount --pid --fork --kill-child --propagation private bash -ec '
    cd "$0"
    mount -t proc proc proc
    mount --rbind /sys sys
    mount --rbind /dev dev
    mount -t tmpfs -o mode=1777 shm dev/shm
    mount -t tmpfs -o mode=1777 tmp tmp
    exec chroot . /usr/bin/env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' "$folder" "$@"
}

# fail: the last line of what went wrong.
fail() {
  echo "$system with $compiler and $mpi: FAILED" >&2
  exit 1
}

# install_package: what a clean system does with the package that this one builds.
install_package() {
  local built=$folder/opt/package
  rm -rf "$built"
  mkdir "$built"
  in_system bash /opt/lockstep/tests/systems/package.sh || fail
  folder=$folder-clean
  rm -rf "$folder"
  make_system
  cp "$built"/*.deb "$root/tests/systems/installed.sh" "$folder/opt/"
  in_system bash /opt/installed.sh || fail
  echo "$system: its package installs in a clean system, works and leaves nothing behind"
}

make_system
copy_checkout
if [[ -n $package ]]; then
  install_package
  exit
fi
command=(bash "tests/systems/$inside")
[[ -z $shell ]] || command=(bash)
in_system COMPILER="$compiler" MPI="$mpi" LABELS="$labels" \
  bash -c 'cd /opt/lockstep && exec "$@"' bash "${command[@]}" || fail
[[ -n $shell ]] || echo "$system with $compiler and $mpi: passed"
