#!/bin/bash
# Trains on several hosts by mpirun and ssh, and ends when one of them is lost.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/mpi.bash
source "$launch/mpi.bash"

usage="usage: launch/hosts.sh [option ...] HOSTFILE [pretrain|finetune] CONFIG [key=value ...]
Trains on the hosts of HOSTFILE, one a line: HOST slots=RANKS. Takes the fewest ranks that have
as few \`shards\` each as all would that fit. Each host must be reached by ssh without a password
(or by OMPI_MCA_plm_rsh_agent), hold the same program at the same path, and see the corpus; put the
run directory where all hosts see it, for the first one may be lost. Started again, also on other
hosts, it goes on from the newest checkpoint. An interrupt, or a SIGTERM, ends it with a checkpoint
and exit code 75; a second one ends it at once.
$common_options
  --network NAME     the interface or CIDR range to use, when hosts have several
  --answering        go on without the hosts that do not answer
Exit codes: those of lockstep and mpirun; 69: a host does not answer; 75: stopped, and the same
command goes on."

while take_option "$@" && ((taken)); do shift "$taken"; done
(($# >= 2)) || refuse "HOSTFILE and CONFIG are needed"
hostfile=$1
shift
take_training "$@"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check_name HOST: a name, an address, or one of these behind USER@. It becomes the name of a file and a
# word for ssh, where it must not mean another folder or an option.
check_name() {
  local LC_ALL=C
  [[ $1 =~ ^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$ ]] ||
    stop 64 "$hostfile, line $line: '$1' is no name or address of a host"
}

# read_slots HOST WORDS...: sets `number` to the N of slots=N among the words behind the host.
read_slots() {
  local host=$1 word text=
  for word in "${@:2}"; do
    case $word in
      '#'*) break ;;
      slots=*) text=${word#slots=} ;;
    esac
  done
  { to_number number "$text" && ((number)); } ||
    stop 64 "$hostfile, line $line: write slots=N behind $host, the number of ranks that it takes, from 1 up"
}

# read_hostfile: sets `hosts` and `slots`; several lines of a host add up, as for mpirun. The last line
# may lack its newline, the first may begin with a byte order mark.
read_hostfile() {
  local words line=0
  hosts=()
  declare -gA slots=()
  is_readable "$hostfile" || stop 66 "$hostfile: cannot be read as a file"
  while IFS=$' \t\r' read -ra words || ((${#words[@]})); do
    line=$((line + 1))
    ((line > 1)) || words=("${words[@]#$'\xef\xbb\xbf'}")
    [[ -n ${words[0]-} && ${words[0]} != '#'* ]] || continue
    check_name "${words[0]}"
    read_slots "${words[@]}"
    [[ -n ${slots[${words[0]}]-} ]] || hosts+=("${words[0]}")
    slots[${words[0]}]=$((${slots[${words[0]}]:-0} + number))
  done <"$hostfile"
  ((${#hosts[@]})) || stop 64 "$hostfile: names no host"
}

# on_host HOST COMMAND: by the agent that mpirun will use.
on_host() {
  if [[ $1 == localhost || $1 == "$(hostname)" ]]; then
    timeout 20 bash -c "$2" </dev/null
  else
    timeout 20 "${agent[@]}" "$1" "$2" </dev/null
  fi
}

# ask_hosts: each host's checksum of the program, all at once, in files of its name. In a line that begins as no
# other does: the host may have a banner to show, too.
ask_hosts() {
  local host
  mkdir "$work/sums" "$work/errors"
  for host in "${hosts[@]}"; do
    on_host "$host" "echo; printf 'SHA-256: '; sha256sum <$(printf %q "$lockstep") || echo missing" \
      >"$work/sums/$host" 2>"$work/errors/$host" &
  done
  wait
}

# check_host HOST: it answers, and has the program that is here. Fails if it is to be left out.
check_host() {
  local sum here
  sum=$(LC_ALL=C sed -nE 's/^SHA-256: ([0-9a-f]{64}|missing).*/\1/p' <"$work/sums/$1" | tail -n 1)
  here=$(sha256sum <"$lockstep" | cut -d ' ' -f 1)
  if [[ -z $sum ]]; then
    [[ -n $answering ]] ||
      stop 69 "$1 does not answer: $(awk NF "$work/sums/$1" "$work/errors/$1" | tail -n 1); mend it, take it" \
        "out of $hostfile, or go on without it by --answering"
    say "$1 does not answer: going on without it"
    return 1
  elif [[ $sum == missing ]]; then
    stop 66 "$1 has no $lockstep: copy the program to the same path on every host"
  elif [[ $sum != "$here" ]]; then
    stop 64 "$1 has another $lockstep than this host (SHA-256 ${sum:0:12}…, here ${here:0:12}…):" \
      "the bits would differ; copy the same program to every host"
  fi
}

# choose_hosts: the answering ones, and how many ranks they take together.
choose_hosts() {
  local host
  count=0
  for host in "${hosts[@]}"; do
    check_host "$host" || continue
    echo "$host slots=${slots[$host]}" >>"$work/hostfile"
    count=$((count + ${slots[$host]}))
  done
  ((count)) || stop 69 "no host answers"
}

read_hostfile
share_agent
ask_hosts
choose_hosts
choose_world $((count * threads)) # a slot is a rank, whatever its threads
say_advice
options=(-np "$ranks" --hostfile "$work/hostfile")
if ((ranks > count)); then
  [[ -n $oversubscribe ]] || stop 64 "$ranks ranks need more than the $count slots of $hostfile;" \
    "lower -n, or add --oversubscribe (it will be slow)"
  options+=(--map-by slot:OVERSUBSCRIBE --bind-to none)
elif [[ -z $bind ]]; then
  options+=(--map-by slot --bind-to none)
elif ((threads > 1)); then
  options+=(--map-by "slot:PE=$threads") # each rank is bound to so many cores
else
  options+=(--map-by slot --bind-to core)
fi
[[ -z ${LOCKSTEP_WATCHDOG-} ]] || options+=(-x LOCKSTEP_WATCHDOG) # on every host
notice_lost_hosts
[[ -z $network ]] || use_network "$network"
need_open_mpi
launch mpirun "${options[@]}" "$lockstep" "${training[@]}"
