#!/usr/bin/env bash
# mpirun.sh MPI PROGRAM [ARGUMENT...]: starts a program as the processes of MPI (openmpi or mpich) that its arguments ask
# for: --processes, --threads, --hosts, --oversubscribe and --allow-run-as-root, which its --help explains.
#
# Each process is bound to as many cores as it has threads: left to itself Open MPI binds it to one. What launchers say of
# a process that has failed is made one line, and what all processes say is said once. A signal that stops this script
# reaches the processes as one that Open MPI does not kill them after; a second one ends them at once.
set -eu
. "$(dirname "$0")/mpirun_says.sh"
mpi=$1
program=$2
shift 2
name=${UNETPP_PROGRAM:-$(basename "$program" _mpi)} # as it calls itself

# value_of OPTION DEFAULT ARGUMENT...
value_of() {
  local option=$1 value=$2
  shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      "$option") value=${2-} ;;
      "$option"=*) value=${1#*=} ;;
    esac
    shift
  done
  printf '%s\n' "$value"
}
has() { # OPTION ARGUMENT...
  local option=$1
  shift
  for argument in "$@"; do [ "$argument" != "$option" ] || return 0; done
  return 1
}
refuse() {
  echo "$name: $1" >&2
  exit 2
}

processes=$(value_of --processes 1 "$@")
hosts=$(value_of --hosts "" "$@")
[[ $processes =~ ^[1-9][0-9]{0,4}$ ]] || refuse "--processes: expected a number of processes, found $processes"
machines=()
if [ -n "$hosts" ]; then
  [ -r "$hosts" ] || refuse "$hosts: expected a file with a line for each machine, found none that can be read"
  while read -r machine rest || [ -n "$machine" ]; do
    case $machine in "" | \#*) continue ;; esac
    [[ $machine =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && -z $rest ]] ||
      refuse "$hosts: expected a line with a name for each machine, found $(printf '%q' "$machine${rest:+ $rest}")"
    machines+=("$machine")
  done <"$hosts"
  [ ${#machines[@]} -gt 0 ] || refuse "$hosts: expected a line for each machine, found none"
  [ ${#machines[@]} -le "$processes" ] || refuse "--processes: expected at least one for each of ${#machines[@]} machines, found $processes"
fi
among=${#machines[@]}
[ "$among" -gt 0 ] || among=1
each=$(((processes + among - 1) / among)) # on a machine

cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
threads=$((cores / each > 0 ? cores / each : 1))
threads=$(value_of --threads "${OMP_NUM_THREADS:-$threads}" "$@")
[[ $threads =~ ^[1-9][0-9]{0,4}$ ]] || refuse "--threads: expected a number of threads, found $threads"
if ! has --oversubscribe "$@" && [ $((each * threads)) -gt "$cores" ]; then
  refuse "--processes: expected processes and threads for at most the $cores cores here, found $each x $threads (--oversubscribe starts them all the same)"
fi

launcher=mpirun.$mpi # Debian's
command -v "$launcher" >/dev/null || launcher=mpirun
start=("$launcher" -np "$processes")
at=$(for machine in ${machines[@]+"${machines[@]}"}; do printf ',%s:%s' "$machine" "$each"; done)
export OMP_NUM_THREADS=$threads UNETPP_SCRIPT="${UNETPP_SCRIPT:-}"
stop=TERM
if [ "$mpi" = openmpi ]; then
  stop=USR1 # what it does not kill processes a second after
  start+=(--mca oob_tcp_keepalive_time 8 --mca oob_tcp_keepalive_intvl 4 --mca oob_tcp_keepalive_probes 3) # or a host that is cut off is waited for
  if [ "$(id -u)" = 0 ]; then
    if has --allow-run-as-root "$@"; then
      start+=(--allow-run-as-root)
    elif [ "${OMPI_ALLOW_RUN_AS_ROOT:-}${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-}" != 11 ]; then
      refuse "Open MPI starts nothing for root unless it is told to (--allow-run-as-root)"
    fi
  fi
  if has --oversubscribe "$@"; then
    start+=(--oversubscribe --bind-to none)
  else
    start+=(--use-hwthread-cpus --map-by "slot:PE=$threads" --bind-to hwthread)
  fi
  [ -z "$at" ] || start+=(-H "${at#,}" -x OMP_NUM_THREADS -x UNETPP_SCRIPT)
else
  has --oversubscribe "$@" || start+=(-bind-to "hwthread:$threads")
  [ -z "$at" ] || start+=(-hosts "${at#,}")
fi
! has --oversubscribe "$@" || export OMP_WAIT_POLICY=passive # threads that spin would keep others from the cores

[ -t 1 ] || export TERM=dumb # Open MPI gives processes a terminal, whatever is behind it
[ "$mpi" != openmpi ] || [ -z "$at" ] || start+=(-x TERM)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/out" "$work/err"
# The signals of the shell are none of theirs.
(trap '' INT TERM HUP && says "$name" held <"$work/err" >&2) &
filters=$!
if [ "$mpi" = openmpi ]; then # all that it says itself goes to standard error
  exec 3>&1
else
  (trap '' INT TERM HUP && says "$name" <"$work/out") &
  filters="$filters $!"
  exec 3>"$work/out"
fi
got=
first=
for signal in INT TERM HUP USR2; do
  # shellcheck disable=SC2064
  trap "got=$signal" "$signal"
done
# The processes below one; with a program, those of it alone, and not what is below these.
below() {
  local child children
  for children in "/proc/$1/task/"*/children; do
    for child in $(cat "$children" 2>/dev/null); do
      if [ -z "${2:-}" ]; then
        echo "$child"
      elif [ "$(readlink "/proc/$child/exe")" = "$2" ]; then
        echo "$child"
        continue
      fi
      below "$child" "${2:-}"
    done
  done
}
# Tells this shell when there are fewer processes than there were: Open MPI does not see each one that dies while MPI begins
# or ends, and the others then wait for it for ever.
watch_processes() {
  local most=0 count path
  path=$(realpath "$program")
  while kill -0 "$job" 2>/dev/null; do
    count=$(below "$job" "$path" | wc -l)
    [ "$count" -ge "$most" ] || kill -s USR2 $$
    most=$((count > most ? count : most))
    sleep 1
  done
}
# mpirun has seconds to end the others where one has failed: one that has failed while MPI began can leave it waiting.
end_soon() {
  local i
  kill "$watch" 2>/dev/null || true
  for ((i = 0; i < 100; ++i)); do
    kill -0 "$job" 2>/dev/null || return 0
    sleep 0.1
  done
  # shellcheck disable=SC2046
  kill -KILL $(below "$job") "$job" 2>/dev/null || true
  [ -e "$work/said" ] || echo "$name: a process died; --resume goes on from the last checkpoint" >&2
}
setsid "${start[@]}" "$program" "$@" </dev/null >&3 2>"$work/err" 3>&- &
job=$!
exec 3>&-
watch_processes </dev/null >/dev/null 2>&1 &
watch=$!
while :; do
  status=0
  [ -n "$got" ] || wait "$job" || status=$? # a signal ends that, too
  [ -n "$got" ] || break
  signal=$got
  got=
  if [ "$signal" = USR2 ]; then
    end_soon
  elif [ -z "$first" ]; then
    first=$signal
    kill -s "$stop" "$job" || true
  else
    kill -s TERM "$job" || true
  fi
done
trap '' USR2
kill "$watch" 2>/dev/null || true
# shellcheck disable=SC2086
wait $filters || true
[ -e "$work/killed" ] || [ ! -e "$work/held" ] || cat "$work/held" >&2
[ "$status" = 0 ] || [ -z "$first" ] || exit $((128 + $(kill -l "$first")))
exit "$status"
