#!/usr/bin/env bash
# A study on a real Slurm, which is made on this machine for that and taken down: Tools/check_slurm.py says what happens to it.
#
# usage: Tools/check-slurm.sh [GNOMON]      (default .build/release/gnomon)
#
# Takes Debian's packages munge, slurmctld, slurmd and slurm-client, and root. Where something is missing it says so in a line and ends well.
# All that Slurm writes is in a temporary folder; KEEP=1 leaves it there.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() { echo "check-slurm: not done: $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "only root can start Slurm's daemons"
export PATH=$PATH:/usr/sbin
for program in munged slurmctld slurmd sbatch python3; do
  command -v $program > /dev/null \
    || skip "$program is not installed (apt install munge slurmctld slurmd slurm-client)"
done
gnomon=$(realpath "${1:-.build/release/gnomon}")

work=$(mktemp -d /tmp/gnomon-slurm-XXXXXX)
# What a daemon's own file says is its number, and nothing else is ended.
finish() {
  [ -e "$work/slurmctld.pid" ] && timeout 20 scancel --user=root 2> /dev/null || true
  for name in check slurmd-one slurmd-two slurmctld munge/munged; do
    pid=$(cat "$work/$name.pid" 2> /dev/null) || continue
    kill "$pid" 2> /dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2> /dev/null && [ "$(ps -o stat= -p "$pid" | cut -c 1)" != Z ] || break
      sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null || true
  done
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

host=$(hostname -s)
# Ports that nobody has; two nodes on one machine differ by theirs.
read -r controller one two < <(python3 - <<'PORTS'
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in sockets))
PORTS
)
mkdir -m 755 -p "$work"/{munge,state,spool-one,spool-two}
chmod 755 "$work"
chmod 700 "$work/munge"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 400 "$work/munge/key"
cat > "$work/slurm.conf" <<CONF
ClusterName=gnomon
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=1,sched_min_interval=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
MessageTimeout=30
KillWait=10
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$one CPUs=1 State=UNKNOWN
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$two CPUs=1 State=UNKNOWN
PartitionName=usual Nodes=one,two Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/munged.pid" \
  --log-file="$work/munge/log" --seed-file="$work/munge/seed" 2> "$work/munge/said" \
  || skip "munge does not start: $(tail -n 1 "$work/munge/said")"
slurmctld -c -i > "$work/said" 2>&1 || skip "slurmctld does not start: $(tail -n 1 "$work/said")"
for node in one two; do
  slurmd -N $node > "$work/said" 2>&1 || skip "slurmd does not start: $(tail -n 1 "$work/said")"
done
for _ in $(seq 60); do
  [ "$(sinfo --noheader --Node --format %T 2> /dev/null | grep -cx idle)" = 2 ] && break
  sleep 0.5
done
[ "$(sinfo --noheader --Node --format %T 2> /dev/null | grep -cx idle)" = 2 ] \
  || skip "Slurm's nodes do not come up: $(tail -n 1 "$work/slurmd-one.log")"
echo "check-slurm: $(slurmctld -V), two nodes on this machine"
python3 Tools/check_slurm.py "$gnomon" "$work" &
echo $! > "$work/check.pid"
wait $!
