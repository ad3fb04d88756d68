#!/usr/bin/env bash
# Training by several processes, as users start it: train_pets.sh TRAIN_PETS BUILD FOLDER [openmpi|mpich]. BUILD is the
# build of TRAIN_PETS, which has no MPI; several processes leave its bytes. Exits with 77 where BUILD has no MPI.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
train_pets=$1
folder=$3
mpi=(${4:+--mpi "$4"})
export UNETPP_BUILD=$2 OMP_WAIT_POLICY=passive
[ -x "${train_pets}_mpi" ] || {
  echo "SKIPPED: train_pets is built without MPI (Debian: libopenmpi-dev openmpi-bin, or libmpich-dev mpich)"
  exit 77
}
rm -rf "$folder"
mkdir -p "$folder"
settings=(--synthetic 17 --validation 3 --batch 4 --epochs 2 --recipe best)

fail() {
  echo "FAILED: $1" >&2
  sed 's/^/  /' "$folder/log" >&2
  exit 1
}
run() { # PROCESSES OPTION...
  "$root/examples/train_pets/run.sh" --processes "$1" ${mpi[@]+"${mpi[@]}"} "${settings[@]}" "${@:2}" >"$folder/log" 2>&1
}
refuses() { # STATUS TEXT PROCESSES OPTION...
  local status=0
  run "${@:3}" --out "$folder/refused" || status=$?
  [ $status = "$1" ] || fail "status $status, expected $1 and: $2"
  grep -qF "$2" "$folder/log" || fail "expected: $2"
}

"$train_pets" "${settings[@]}" --shards 4 --out "$folder/alone" >"$folder/log" 2>&1 || fail "alone"
for count in 1 2 3; do
  many=(--oversubscribe --allow-run-as-root --shards 4)
  run $count "${many[@]}" --threads $((1 + count % 2)) --bucket 64 --out "$folder/$count" || fail "$count processes"
  for file in $(cd "$folder/alone" && ls model.safetensors masks/* pictures/*); do
    cmp "$folder/alone/$file" "$folder/$count/$file" || fail "$count processes: another $file"
  done
  for file in alone "$count"; do # without times
    sed 's/,[^,]*,[^,]*$//' "$folder/$file/metrics.csv" >"$folder/$file.csv"
    python3 -c 'import sys, struct; d = open(sys.argv[1], "rb").read(); sys.stdout.buffer.write(d[8 + struct.unpack("<Q", d[:8])[0]:])' \
      "$folder/$file/last.safetensors" >"$folder/$file.tensors"
  done
  cmp "$folder/alone.csv" "$folder/$count.csv" || fail "$count processes: other metrics"
  cmp "$folder/alone.tensors" "$folder/$count.tensors" || fail "$count processes: another checkpoint"
  [ "$(grep -c '^Epoch' "$folder/log")" = 2 ] || fail "$count processes: expected a line an epoch"
done
python3 -c 'import json, sys; run = json.load(open(sys.argv[1])); p = run["processes"]; sys.exit(not (p["count"] == 3 and p["threads"] == 2 and p["shards"] == 4 and len(p["hosts"]) == 3))' "$folder/3/run.json" ||
  fail "run.json: $(cat "$folder/3/run.json")"
echo "1, 2 and 3 processes leave the bytes of train_pets without MPI"

cores=$(env -u OMP_NUM_THREADS nproc)
refuses 2 "train_pets: --processes: expected processes and threads for at most the $cores cores here, found 1 x $((cores + 1))" \
  1 --threads $((cores + 1)) --allow-run-as-root
refuses 2 "train_pets: --processes: Value no not in range 1 to 65536" no
refuses 1 "train_pets: --shards: expected as many as there are processes (2) or more, found 1" 2 --shards 1 --oversubscribe --allow-run-as-root
[ "$(wc -l <"$folder/log")" -le 2 ] || fail "expected one line"
printf 'localhost 2\n' >"$folder/hosts"
refuses 2 "expected a line with a name for each machine, found localhost" 1 --hosts "$folder/hosts"
if [ "$(id -u)" = 0 ] && ! ldd "${train_pets}_mpi" | grep -q libmpich; then
  refuses 2 "Open MPI starts nothing for root unless it is told to" 1
fi
echo "what cannot be is refused"
