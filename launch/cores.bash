# The cores that a script may use. To be sourced behind common.bash.

# allowed_cpus: the numbers in this process's affinity mask, which control groups have part in.
allowed_cpus() {
  local range
  for range in $(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status | tr , ' '); do
    seq "${range%-*}" "${range#*-}"
  done
}

# find_cores: sets `cores` to one of the allowed CPUs of each core: two threads of one core would only
# share it.
find_cores() {
  local cpu siblings seen=' '
  cores=()
  for cpu in $(allowed_cpus); do
    siblings=$(cat "/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" 2>/dev/null) ||
      siblings=$cpu
    [[ $seen != *" $siblings "* ]] || continue
    seen+="$siblings "
    cores+=("$cpu")
  done
}

# lower_to QUOTA PERIOD: a control group allows this much time in each period, on all CPUs together.
lower_to() {
  local quota period whole
  to_number quota "$1" || return 0 # max or -1: no limit
  { to_number period "$2" && ((period)); } || return 0
  whole=$((quota / period))
  ((whole >= 1)) || whole=1
  ((whole >= count)) || count=$whole
}

# apply_quotas: lowers `count` to what the control groups around this process allow, of version 1
# (cpu.cfs_*) and 2 (cpu.max). A container may see a part of the path only.
apply_quotas() {
  local controllers path folder
  while IFS=: read -r _ controllers path; do
    case ,$controllers, in
      ,,) folder=/sys/fs/cgroup ;;
      *,cpu,*) folder=/sys/fs/cgroup/cpu ;;
      *) continue ;;
    esac
    while :; do
      if [[ -r $folder$path/cpu.max ]]; then
        # shellcheck disable=SC2046 # two words
        lower_to $(cat "$folder$path/cpu.max")
      elif [[ -r $folder$path/cpu.cfs_quota_us ]]; then
        lower_to "$(cat "$folder$path/cpu.cfs_quota_us")" "$(cat "$folder$path/cpu.cfs_period_us")"
      fi
      [[ -n $path ]] || break
      path=${path%/*}
    done
  done </proc/self/cgroup
}

# count_cores: sets `cores`, and `count`, how many of them the control groups leave time for.
count_cores() {
  find_cores
  count=${#cores[@]}
  apply_quotas
}
