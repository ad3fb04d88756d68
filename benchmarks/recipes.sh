#!/usr/bin/env bash
# recipes.sh DATA OUT [LINE...]: what train_pets learns from DATA, by both recipes with three seeds in 50 epochs, and by the
# best in 25 in bfloat16, whole or without one of its parts; each line is a run in OUT/LINE, which goes on where it stopped.
# Prints the last epoch's IoU.
# Lines: tutorial-1 to -3, best-1 to -3, whole, and the parts network, resize, geometry, colour, dice, decay, schedule, clip,
# average. Without LINEs: all of them.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
data=$1 out=$2
shift 2

# options LINE: those of train_pets.
options() {
  local without
  case $1 in
    tutorial-[1-3] | best-[1-3]) echo "--epochs 50 --recipe ${1%-*} --seed ${1#*-}" && return ;;
    whole) without="" ;;
    network) without=" --network tutorial" ;;
    resize) without=" --resize bilinear" ;;
    geometry) without=" --flip 0 --rotation 0 --scale 1 --shift 0" ;;
    colour) without=" --brightness 0 --contrast 1 --gain 0" ;;
    dice) without=" --dice 0" ;;
    decay) without=" --decay 0" ;;
    schedule) without=" --schedule constant --warm-up 0" ;;
    clip) without=" --clip 0" ;;
    average) without=" --average 0" ;;
    *) echo "$0: expected one of the lines that its head names, found $1" >&2 && return 2 ;;
  esac
  echo "--epochs 25 --precision bfloat16 --recipe best --seed 1$without"
}

[ $# -gt 0 ] || set -- tutorial-{1,2,3} best-{1,2,3} whole network resize geometry colour dice decay schedule clip average
for line in "$@"; do options "$line" >/dev/null; done
mkdir -p "$out"
echo "| line | options | mean IoU | pet | background | outline | images/s |"
echo "|---|---|---|---|---|---|---|"
for line in "$@"; do
  chosen=$(options "$line")
  # shellcheck disable=SC2086 # one word an option
  "$root/examples/train_pets/run.sh" --data "$data" --validation 100 --batch 8 $chosen --out "$out/$line" \
    --resume >"$out/$line.log" 2>&1 || { tail -n 3 "$out/$line.log" >&2 && exit 1; }
  awk -F, -v line="$line" -v options="$chosen" '
    NR == 1 { for (i = 1; i <= NF; ++i) column[$i] = i }
    { rate[NR] = $column["images_per_second"] }
    END { printf "| %s | `%s` | %.3f | %.3f | %.3f | %.3f | %.1f |\n", line, options, $column["val_mean_iou"],
            $column["val_iou_pet"], $column["val_iou_background"], $column["val_iou_outline"], rate[NR] }' \
    "$out/$line/metrics.csv"
done
