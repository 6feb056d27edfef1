#!/bin/bash
# Keeps a training run going where no scheduler does: starts it again after a fault.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
trap ask_to_stop TERM INT HUP USR1

usage="usage: launch/supervise.sh [--restarts N] [--pause SECONDS] [--hosts HOSTFILE] [option ...]
         [pretrain|finetune] CONFIG [key=value ...]
Trains by launch/local.sh, or with --hosts by launch/hosts.sh, and after a fault starts it again from
the newest good checkpoint, on the hosts that still answer: at most N times (5), after pauses of
SECONDS (5) that double each time. Gives up when a start got no further than the one before it, and
at what a restart cannot cure: wrong settings or files (exit codes 64, 65, 66). A run that was asked
to stop, by a signal or stop_after=, is left stopped.
$common_options
  --network NAME     the interface or CIDR range to use, when hosts have several
Exit code: the last start's."

restarts=5
pause=5
hostfile=
options=()
while :; do
  case ${1-} in
    --restarts | --pause)
      need_number "$1" "${2-}"
      printf -v "${1#--}" %s "$number"
      taken=2
      ;;
    --hosts)
      hostfile=${2-}
      is_readable "$hostfile" || stop 66 "--hosts: '$hostfile' cannot be read as a file"
      taken=2
      ;;
    *)
      take_option "$@"
      ((taken)) || break
      options+=("${@:1:taken}")
      ;;
  esac
  shift "$taken"
done
take_training "$@"
need_auto

# start_training [--answering]: on all hosts the first time, then on those that are left.
start_training() {
  note_history
  if [[ -n $hostfile ]]; then
    run_child "$launch/hosts.sh" "$@" "${options[@]}" "$hostfile" "${training[@]}"
  else
    run_child "$launch/local.sh" "${options[@]}" "${training[@]}"
  fi
}

# is_final: no restart is called for after exit code `code`.
is_final() {
  case $code in
    0 | 64 | 65 | 66) return 0 ;;
    *) ((asked)) || { ((code == 75)) && was_asked_to_stop; } ;;
  esac
}

newest=$(newest_checkpoint)
start_training
for ((restart = 1; ; restart++)); do
  if is_final; then exit "$code"; fi
  before=$newest
  newest=$(newest_checkpoint)
  if ((restart > 1)) && [[ $newest == "$before" ]]; then
    say "exit code $code, and no checkpoint since the last start: giving up"
    exit "$code"
  elif ((restart > restarts)); then
    say "exit code $code after $restarts restarts: giving up"
    exit "$code"
  fi
  say "exit code $code: restart $restart of $restarts in $pause s, from step $(step_of_newest)"
  run_child sleep "$pause"
  ((!asked)) || exit 75
  pause=$((pause * 2))
  if [[ -n $hostfile ]]; then start_training --answering; else start_training; fi
done
