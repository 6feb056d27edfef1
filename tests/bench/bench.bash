# What the benches share. To be sourced by a script that has set `usage`, and, for quietly, `work`, a folder.
# shellcheck disable=SC2154 # both are the script's

# fail MESSAGE [CODE]
fail() {
  echo "${0##*/}: $1" >&2
  exit "${2:-1}"
}

refuse() {
  echo "$usage" >&2
  fail "$1" 64
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
