# What the benches share. To be sourced by a script that has set `usage`, and, for quietly, `work`, a folder.
# shellcheck disable=SC2154 # both are the script's

root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=launch/facts.bash
source "$root/launch/facts.bash"
lockstep=$(realpath -m -- "${LOCKSTEP:-$root/build/lockstep}")

# fail MESSAGE [CODE]
fail() {
  echo "${0##*/}: $1" >&2
  exit "${2:-1}"
}

refuse() {
  echo "$usage" >&2
  fail "$1" 64
}

# options NAMES ARGUMENT...: sets a variable for each of NAMES that is given as --NAME: to the value behind it where
# NAMES has a = there, else to 1. Words that are no options come into `rest` where NAMES has ..., else there may be none.
options() {
  local names=" $1 " name
  rest=()
  while shift && (($#)); do
    name=${1#--}
    if [[ $1 == -h || $1 == --help ]]; then
      echo "$usage"
      exit 0
    elif [[ $1 == --* && $names == *" $name= "* ]]; then
      (($# > 1)) || refuse "$1 needs a value"
      printf -v "$name" %s "$2"
      shift
    elif [[ $1 == --* && $names == *" $name "* ]]; then
      printf -v "$name" 1
    else
      [[ $1 != -* && $names == *" ... "* ]] || refuse "unknown argument '$1'"
      rest+=("$1")
    fi
  done
}

# counts NAME...: these options are numbers from 1 up.
counts() {
  local name
  for name; do
    [[ ${!name} =~ ^[1-9][0-9]{0,5}$ ]] || refuse "--$name must be a number from 1 up"
  done
}

need_program() {
  [[ -x $lockstep ]] || fail "no program at $lockstep: run launch/build.sh, or set LOCKSTEP" 66
}

# median: of the numbers on standard input, one a line.
median() {
  sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# quietly NAME COMMAND ...: its output is shown when it fails.
quietly() {
  local name=$1
  shift
  "$@" >"$work/log" 2>&1 && return
  cat "$work/log" >&2
  fail "$name failed, see above"
}

if [[ $(id -u) == 0 ]]; then
  # Open MPI asks this of root.
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
