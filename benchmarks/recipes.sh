#!/usr/bin/env bash
# recipes.sh DATA OUT [LINE...]: what train_pets learns from DATA, by both recipes with three seeds, and by the best without
# one of its parts; each line is a run of 50 epochs in OUT/LINE, which goes on where it stopped. Prints the last epoch's IoU.
# Lines: tutorial-1 to -3, best-1 to -3, and best without PART: network, resize, geometry, colour, dice, decay, schedule,
# clip, average. Without LINEs: all of them.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
data=$1 out=$2
shift 2

# options LINE: those of train_pets.
options() {
  case $1 in
    tutorial-[1-3]) echo "--recipe tutorial --seed ${1#tutorial-}" ;;
    best-[1-3]) echo "--recipe best --seed ${1#best-}" ;;
    network) echo "--recipe best --seed 1 --network tutorial" ;;
    resize) echo "--recipe best --seed 1 --resize bilinear" ;;
    geometry) echo "--recipe best --seed 1 --flip 0 --rotation 0 --scale 1 --shift 0" ;;
    colour) echo "--recipe best --seed 1 --brightness 0 --contrast 1 --gain 0" ;;
    dice) echo "--recipe best --seed 1 --dice 0" ;;
    decay) echo "--recipe best --seed 1 --decay 0" ;;
    schedule) echo "--recipe best --seed 1 --schedule constant --warm-up 0" ;;
    clip) echo "--recipe best --seed 1 --clip 0" ;;
    average) echo "--recipe best --seed 1 --average 0" ;;
    *) echo "$0: expected one of the lines that its head names, found $1" >&2 && return 2 ;;
  esac
}

[ $# -gt 0 ] || set -- tutorial-{1,2,3} best-{1,2,3} network resize geometry colour dice decay schedule clip average
for line in "$@"; do options "$line" >/dev/null; done
mkdir -p "$out"
echo "| line | options | mean IoU | pet | background | outline | images/s |"
echo "|---|---|---|---|---|---|---|"
for line in "$@"; do
  chosen=$(options "$line")
  # shellcheck disable=SC2086 # one word an option
  "$root/examples/train_pets/run.sh" --data "$data" --validation 100 --batch 8 --epochs 50 $chosen --out "$out/$line" \
    --resume >"$out/$line.log" 2>&1 || { tail -n 3 "$out/$line.log" >&2 && exit 1; }
  awk -F, -v line="$line" -v options="$chosen" '
    NR == 1 { for (i = 1; i <= NF; ++i) column[$i] = i }
    { rate[NR] = $column["images_per_second"] }
    END { printf "| %s | `%s` | %.3f | %.3f | %.3f | %.3f | %.1f |\n", line, options, $column["val_mean_iou"],
            $column["val_iou_pet"], $column["val_iou_background"], $column["val_iou_outline"], rate[NR] }' \
    "$out/$line/metrics.csv"
done
