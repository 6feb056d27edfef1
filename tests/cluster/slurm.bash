# A real Slurm on the hosts of cluster.bash: its controller here, a node on each host. To be sourced.

# slurm_up HOSTS PROCESSORS: each host is a node with so many processors, whatever the machine has.
slurm_up() {
  local i
  mkdir -p slurm/{state,log,run,munge,key,tmp,spool}
  chmod 700 slurm/key
  head -c 128 /dev/urandom > slurm/key/munge.key
  chmod 600 slurm/key/munge.key
  export SLURM_CONF=$work/slurm/slurm.conf
  cat > "$SLURM_CONF" << END
ClusterName=lock
SlurmctldHost=head(10.77.0.254)
AuthType=auth/munge
AuthInfo=socket=$work/slurm/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool/%n
TmpFS=$work/slurm/tmp/%n
SlurmctldPidFile=$work/slurm/run/slurmctld.pid
SlurmdPidFile=$work/slurm/run/slurmd.%n.pid
SlurmctldLogFile=$work/slurm/log/slurmctld.log
SlurmdLogFile=$work/slurm/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
KillWait=5
MessageTimeout=5
SlurmdTimeout=15
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=100000
NodeName=h[1-$1] NodeAddr=10.77.0.[1-$1] CPUs=$2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  chmod 711 "$work" # munged wants its socket to be within everybody's reach
  munged --key-file="$work/slurm/key/munge.key" --socket="$work/slurm/munge/socket" \
    --pid-file="$work/slurm/run/munged.pid" --log-file="$work/slurm/log/munged.log" \
    --seed-file="$work/slurm/key/seed"
  slurmctld -i
  for ((i = 1; i <= $1; i++)); do
    mkdir -p "slurm/tmp/h$i" "slurm/spool/h$i"
    nsenter --net="/run/netns/h$i" unshare --uts --mount bash -c \
      'hostname "$0"; mount -t tmpfs -o size=1g shm /dev/shm; exec slurmd' "h$i"
  done
  until [[ $(sinfo -h -t idle -o %D) == "$1" ]]; do nap 0.1; done
}

# show JOB KEY: what `scontrol show job` says, such as JobState.
show() {
  scontrol show job "$1" 2> /dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | sed -n 1p
}
