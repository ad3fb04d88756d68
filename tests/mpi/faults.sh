#!/usr/bin/env bash
# What becomes of processes that train together when one fails: faults.sh TRAIN_PETS_MPI FOLDER [KILLS]. Kills any one of 1 to 3 processes KILLS times (3) at random moments, stops the
# launcher, breaks an image and fills the disk: each time all end with one line, and --resume with another number of
# processes goes on to the bytes of a run that nothing happened to.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "$1")
folder=$2
kills=${3:-3}
mpi=openmpi
! ldd "$program" | grep -q libmpich || mpi=mpich
rm -rf "$folder"
mkdir -p "$folder"
RANDOM=5
export UNETPP_PROGRAM=train_pets UNETPP_SCRIPT=run.sh OMP_WAIT_POLICY=passive
settings=(--validation 3 --batch 4 --shards 4 --recipe best --threads 1 --checkpoint-minutes 0 --seed 3)
drawn=(--synthetic 17 --epochs 3)

fail() {
  echo "FAILED: $1" >&2
  for log in "$folder/err" "$folder/out.log"; do [ ! -s "$log" ] || sed 's/^/  /' "$log" >&2; done
  exit 1
}
# train PROCESSES OUT OPTION...: in the background, as $job
train() {
  local processes=$1 out=$2
  shift 2
  "$root/examples/mpirun.sh" "$mpi" "$program" --processes "$processes" --oversubscribe --allow-run-as-root \
    --out "$out" "${settings[@]}" "$@" >"$folder/out.log" 2>"$folder/err" &
  job=$!
}
# Waits for it, $status; one that hangs is a failure.
ends() {
  local watch
  (trap 'exit' TERM; for ((i = 0; i < 600; ++i)); do sleep 0.1 & wait $!; done; kill -9 $(processes_of "$job") "$job" 2>/dev/null) &
  watch=$!
  status=0
  wait "$job" || status=$?
  kill "$watch" 2>/dev/null || true
  [ $status -ne 137 ] || [ -s "$folder/err" ] || fail "$1: the others waited for ever"
}
says() { # PATTERN WHAT: and nothing else
  [ "$(wc -l <"$folder/err")" = 1 ] || fail "$2: expected one line"
  grep -qE "$1" "$folder/err" || fail "$2: expected a line with $1"
}
# The processes of the program that are below a process.
processes_of() {
  local child
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
    [ "$(readlink "/proc/$child/exe")" != "$program" ] || echo "$child"
    processes_of "$child"
  done
}
same() { # OUT WHAT
  for file in $(cd "$folder/whole" && ls model.safetensors masks/*); do
    cmp "$folder/whole/$file" "$1/$file" || fail "$2: another $file than of a run that nothing happened to"
  done
  cmp <(sed 's/,[^,]*,[^,]*$//' "$folder/whole/metrics.csv") <(sed 's/,[^,]*,[^,]*$//' "$1/metrics.csv") ||
    fail "$2: other metrics.csv"
}

begun=$(date +%s%N)
train 2 "$folder/whole" "${drawn[@]}"
ends whole
[ $status = 0 ] || fail "the run that nothing happens to: status $status"
most=$((($(date +%s%N) - begun) / 1000000)) # milliseconds

killed=0
while [ $killed -lt "$kills" ]; do
  rm -rf "$folder/killed"
  while :; do
    count=$((1 + RANDOM % 3))
    train $count "$folder/killed" "${drawn[@]}" --resume
    if [ $killed -lt "$kills" ] && [ $((RANDOM % 10)) -lt 7 ]; then
      sleep "$(printf '%d.%03d' $((RANDOM % most / 1000)) $((RANDOM % 1000)))"
      mapfile -t alive < <(processes_of "$job")
      if [ ${#alive[@]} -gt 0 ] && kill -9 "${alive[RANDOM % ${#alive[@]}]}" 2>/dev/null; then
        ends "kill $killed"
        [ $status = 0 ] && break # it had ended
        killed=$((killed + 1))
        says 'killed' "kill $killed of one of $count processes"
        continue
      fi
    fi
    ends "after $killed kills"
    [ $status = 0 ] || fail "after $killed kills: status $status of $count processes"
    break
  done
  same "$folder/killed" "after $killed kills"
done
echo "$mpi: any one of up to 3 processes killed $killed times: all ended with one line, and went on to the same bytes"

stopped=0
for signal in TERM HUP; do
  train 2 "$folder/stopped" "${drawn[@]}" --resume
  until [ -s "$folder/stopped/run.json" ] && [ -s "$folder/stopped/last.safetensors" ] && [ -n "$(processes_of $job)" ]; do sleep 0.05; done
  kill -$signal $job
  ends "SIG$signal"
  [ $status = 0 ] && continue # it had ended
  [ $status = $((128 + $(kill -l $signal))) ] || fail "SIG$signal: status $status"
  says 'train_pets: stopped (by SIG[A-Z0-9]*, nothing is lost; to go on: run.sh .* --resume|before training began)' "SIG$signal"
  stopped=$((stopped + 1))
done
[ $stopped -gt 0 ] || fail "no signal came before the end"
train 3 "$folder/stopped" "${drawn[@]}" --resume
ends resume
[ $status = 0 ] || fail "after signals: status $status"
same "$folder/stopped" "after $stopped signals"
echo "$mpi: signals stop all, and nothing is lost"

if mkdir -p "$folder/small" && mount -t tmpfs -o size=60m tmpfs "$folder/small" 2>"$folder/mount"; then
  trap 'umount "$folder/small"' EXIT
  head -c 42m /dev/zero >"$folder/small/fills"
  train 2 "$folder/small/out" "${drawn[@]}"
  ends "full disk"
  [ $status = 1 ] || fail "full disk: status $status"
  [ -s "$folder/small/out/last.safetensors" ] || fail "full disk: expected a checkpoint from before"
  says 'train_pets: .*small/out/.*: ' "full disk"
  rm "$folder/small/fills"
  train 1 "$folder/small/out" "${drawn[@]}" --resume
  ends resume
  [ $status = 0 ] || fail "after a full disk: status $status"
  same "$folder/small/out" "after a full disk"
  echo "$mpi: a full disk ends all with one line, and then the run goes on"
else
  echo "a full disk is not tested: $(cat "$folder/mount")"
fi

pets=${UNETPP_PETS:-$root/../shared/pets}
if [ -d "$pets/images" ]; then
  mkdir -p "$folder/pets/images" "$folder/pets/annotations/trimaps"
  for image in $(ls "$pets/images" | grep '\.jpg$' | head -n 12); do
    cp "$pets/images/$image" "$folder/pets/images"
    cp "$pets/annotations/trimaps/${image%.jpg}.png" "$folder/pets/annotations/trimaps"
  done
  broken=("$folder/pets/images"/*)
  for image in "${broken[@]}"; do # one that is trained on: by one process alone
    cp "$image" "$folder/good"
    head -c 2000 "$folder/good" >"$image"
    rm -rf "$folder/broken"
    train 2 "$folder/broken" --data "$folder/pets" --epochs 1 --strict
    ends "broken image"
    cp "$folder/good" "$image"
    [ $status = 1 ] || fail "broken image: status $status"
    says "train_pets: .*$(basename "$image")" "broken image"
    [ ! -e "$folder/broken/last.safetensors" ] || break
  done
  train 3 "$folder/broken" --data "$folder/pets" --epochs 1 --strict --resume
  ends resume
  [ $status = 0 ] || fail "after a broken image: status $status"
  echo "$mpi: an image that one process cannot read ends all with one line, and then the run goes on"
else
  echo "a broken image is not tested: no Oxford-IIIT Pet data set in UNETPP_PETS"
fi
