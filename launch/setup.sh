#!/bin/bash
# Installs what building Lockstep needs, and nothing that is already there.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/messages.bash
source "$(dirname "$0")/messages.bash"

usage="usage: launch/setup.sh [--tests]
Installs the packages that building and running needs; with --tests those of the tests too.
Without root or sudo it lists what is missing and stops with exit code 69."

# Debian's name, then how to tell that the thing itself is there, wherever it came from.
needed="
build-essential   commands cc make
cmake             cmake
pkg-config        commands pkg-config
libopenmpi-dev    commands mpicc
openmpi-bin       commands mpirun
libopenblas-dev   module   openblas
libhdf5-dev       module   hdf5
hdf5-tools        commands h5dump
libcyaml-dev      module   libcyaml
libyaml-dev       module   yaml-0.1
librandom123-dev  header   Random123/philox.h
libxxhash-dev     module   libxxhash
libutf8proc-dev   module   libutf8proc
libcjson-dev      module   libcjson
libssl-dev        module   libcrypto
libexpat1-dev     module   expat
libbz2-dev        header   bzlib.h
zlib1g-dev        module   zlib
libzstd-dev       module   libzstd
liblzma-dev       module   liblzma
gnuplot-nox       commands gnuplot
python3           commands python3
"
# Without the first Lockstep is built without `precision: bf16`, without the second lines cannot be edited.
optional="
libdnnl-dev       header   dnnl.h
libedit-dev       module   libedit
"
needed_by_tests="
libcmocka-dev     module   cmocka
jq                commands jq
"
# Tests that find one of these missing are skipped.
optional_for_tests="
python3-torch     python   torch
python3-h5py      python   h5py
python3-numpy     python   numpy
python3-protobuf  python   google.protobuf
clang-format      commands clang-format
shellcheck        commands shellcheck
gnuplot-nox       commands gnuplot
iproute2          commands ip tc
slurm-wlm         commands slurmctld slurmd srun
munge             commands munged
file              commands file
gcovr             commands gcovr
ccache            commands ccache
"

probe_commands() {
  local name
  for name; do command -v "$name" >/dev/null || return 1; done
}

oldest_cmake=3.18
probe_cmake() {
  local version
  version=$(cmake --version 2>/dev/null | sed -n 's/^cmake version //p')
  [[ $(printf '%s\n' "$oldest_cmake" "$version" | sort -V | sed -n 1p) == "$oldest_cmake" ]]
}

probe_module() {
  pkg-config --exists "$1" 2>/dev/null
}

probe_header() {
  echo "#include <$1>" | cc -E -x c - >/dev/null 2>&1
}

probe_python() {
  python3 -c "import importlib.util as u, sys; sys.exit(not u.find_spec('$1'))" 2>/dev/null
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# The packages of a list that are neither installed nor made up for by something else.
missing_of() {
  local package kind arguments
  while read -r package kind arguments; do
    [[ -n $package ]] || continue
    if is_installed "$package"; then continue; fi
    # shellcheck disable=SC2086 # several commands, one a word
    "probe_$kind" $arguments || echo "$package"
  done <<<"$1"
}

as_root=()
can_install() {
  command -v apt-get >/dev/null || return 1
  [[ $(id -u) != 0 ]] || return 0
  as_root=(sudo -n)
  sudo -n true 2>/dev/null
}

run_apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1
}

# Package lists are fetched only when the ones at hand do not serve.
install_packages() {
  run_apt install -y --no-install-recommends "$@" ||
    { run_apt update && run_apt install -y --no-install-recommends "$@"; }
}

explain_missing() {
  tell "Lockstep needs these Debian packages, which are not installed: $*"
  if command -v apt-get >/dev/null; then
    tell "Install them as root:"
    tell "  apt-get update && apt-get install --no-install-recommends $*"
  else
    tell "There is no apt-get here: install what your system calls them, then go on."
  fi
}

install_needed() {
  (($#)) || return 0
  if ! can_install; then
    explain_missing "$@"
    exit 69
  fi
  show "Installing $*"
  if ! install_packages "$@"; then
    tell "$(tail -n 20 "$log")"
    explain_missing "$@"
    exit 69
  fi
}

# install_optional WHAT PACKAGE...: says what is not there without them.
install_optional() {
  local what=$1 package failed=()
  shift
  (($#)) || return 0
  if can_install; then
    show "Installing $*"
    install_packages "$@" || for package; do
      run_apt install -y --no-install-recommends "$package" || failed+=("$package")
    done
  else
    failed=("$@")
  fi
  ((${#failed[@]} == 0)) || show "Not installed, so $what: ${failed[*]}"
}

case ${1-} in
  "" | --tests) ;;
  -h | --help)
    show "$usage"
    exit 0
    ;;
  *)
    tell "setup.sh: unknown argument '$1'"
    tell "$usage"
    exit 64
    ;;
esac
if (($# > 1)); then
  tell "setup.sh: too many arguments"
  tell "$usage"
  exit 64
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
tests=${1:+$needed_by_tests}
mapfile -t packages < <(missing_of "$needed$tests")
install_needed "${packages[@]}"
mapfile -t packages < <(missing_of "$optional")
install_optional "there is no precision bf16" "${packages[@]}"
if ! probe_cmake; then
  tell "$(command -v cmake || echo cmake) is older than $oldest_cmake: put a newer one first in the PATH"
  exit 69
fi
if [[ -n ${1-} ]]; then
  mapfile -t packages < <(missing_of "$optional_for_tests")
  install_optional "tests are skipped" "${packages[@]}"
fi
