# shellcheck shell=bash
# says NAME [held]: what mpirun prints, without what it says of a process that has failed: that is made one line of the
# program NAME, on standard error. What several processes say in the same words is said once. Where one has failed, this
# shell gets SIGUSR2. With "held", what is neither the program's nor known is written to $work/held: libraries say all kinds
# of things where another process was killed, of which $work/killed then tells.
says() {
  local name=$1 holds=${2:-} line block="" inside="" failed="" said=$'\n'
  local dashes='^-{60,}$' noise='MPI_ABORT was invoked|Primary job +terminated normally|exited with non-zero status|exited on signal|has exited due to process rank'
  local killed='process rank ([0-9]+) with PID [0-9]+ on node ([^ ]+) exited on signal ([0-9]+ \([^)]*\))'
  local cut='lost communication with a remote daemon.*Remote daemon: [^ ]+ on node ([^ '$'\n'']+)'
  fails() {
    [ -n "$failed" ] || kill -s USR2 $$
    failed=1
  }
  prints() { if [ -n "$holds" ]; then printf '%s\n' "$1" >>"$work/held"; else printf '%s\n' "$1"; fi; }
  complain() {
    fails
    : >"$work/said"
    echo "$name: $1; --resume goes on from the last checkpoint" >&2
  }
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line == "$name: "* ]]; then # also within a block
      [[ $said == *$'\n'$line$'\n'* ]] || printf '%s\n' "$line"
      said+=$line$'\n'
    elif [[ $line =~ $dashes ]]; then # Open MPI: blocks between two lines of dashes
      if [ -z "$inside" ]; then
        inside=1 block=""
        continue
      fi
      inside=""
      if [[ $block =~ $killed && ${BASH_REMATCH[3]} == *'User defined signal 1'* ]]; then
        complain "stopped before training began"
      elif [[ $block =~ $killed ]]; then
        [[ ${BASH_REMATCH[3]} != 9\ * ]] || : >"$work/killed"
        complain "process ${BASH_REMATCH[1]} on ${BASH_REMATCH[2]} was killed by signal ${BASH_REMATCH[3]}"
      elif [[ $block =~ $cut ]]; then
        complain "machine ${BASH_REMATCH[1]} is cut off"
      elif [[ $block =~ $noise ]]; then
        fails
      else
        prints "$line"$'\n'"$block$line"
      fi
    elif [ -n "$inside" ]; then
      block+=$line$'\n'
    else
      case $line in
        '['*']'*' sent help message '* | '['*'] Set MCA parameter "orte_base_help_aggregate"'*) ;; # of several that failed
        mpirun*': Forwarding signal '* | '[warn] Epoll '* | *ORTE_ERROR_LOG*show_help.c*) ;;
        # MPICH
        '====='* | '=   '* | 'This typically refers to a problem with'* | 'Please see the FAQ page for'*) ;;
        'Abort('*'application called MPI_Abort'* | '[mpiexec@'* | '[proxy:'*) ;;
        'YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Terminated'*) complain "stopped before training began" ;;
        'YOUR APPLICATION TERMINATED WITH THE EXIT STRING: '*)
          complain "a process was killed: ${line#*: }"
          [[ $line != *'(signal 9)'* ]] || : >"$work/killed"
          ;;
        *) prints "$line" ;;
      esac
    fi
  done
}
