#!/usr/bin/env bash
# train.sh TRAIN_PETS FOLDER [BUILD] [all]: pets rewritten in other forms train to the bits of train_pets, by
# examples/train/run.sh alone, and what is learnt from crops of them predicts them whole; "all" adds the forms that need
# networks of their own. BUILD is the folder of a build whose train and predict are used. Needs the pets in UNETPP_PETS.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
train_pets=$1 folder=$2
[ -z "${3:-}" ] || export UNETPP_BUILD=$3
pets=${UNETPP_PETS:-$root/../shared/pets}
[ -d "$pets/images" ] || { echo "SKIPPED: no Oxford-IIIT Pet data set in UNETPP_PETS"; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"
settings=(--seed 1 --epochs 1 --batch 4 --recipe tutorial --flip 0.5)
python=python3
rewrite() { "$python" "$root/tests/examples/rewrite_pets.py" "$pets" "$folder/$1" "$1" 12 "$folder/out-oxford/run.json"; }
fail() { cat "$folder/log"; echo "FAILED: $1"; exit 1; }
# train FORM OPTION...
train() { "$root/examples/train/run.sh" --data "$folder/$1" --out "$folder/out-$1" "${settings[@]}" "${@:2}" >"$folder/log" 2>&1 || fail "$1"; }
# The tensors of a model, without what the file says of them.
tensors() {
  python3 -c 'import sys; data = open(sys.argv[1], "rb").read(); sys.stdout.buffer.write(data[8 + int.from_bytes(data[:8], "little"):])' "$1/model.safetensors"
}

rewrite oxford
"$train_pets" --data "$folder/oxford" --out "$folder/out-oxford" "${settings[@]}" --validation 2 >"$folder/log" 2>&1 || fail oxford
for form in indices palette colours files folders; do
  rewrite "$form"
  case $form in
    files) more=(--validation 2 --mask-pattern '{class}/{stem}') ;;
    folders) more=() ;;
    *) more=(--validation 2) ;;
  esac
  train "$form" --scaling unit "${more[@]}"
  cmp <(tensors "$folder/out-oxford") <(tensors "$folder/out-$form") || fail "$form: other tensors than train_pets's"
  echo "$form: the tensors of train_pets"
done
# The masks of a run with crops are those that predict makes of whole images, by tiles.
mv "$folder/out-indices" "$folder/out-resized"
train indices --validation 2 --crop 128
mkdir "$folder/held-out"
for mask in "$folder"/out-indices/masks/*; do cp "$folder/indices/images/$(basename "$mask" .png).jpg" "$folder/held-out"; done
"$root/examples/predict/run.sh" "$folder/out-indices/model.safetensors" "$folder/held-out" --out "$folder/predicted" >"$folder/log" 2>&1 || fail predict
diff -r "$folder/out-indices/masks" "$folder/predicted/masks" || fail "crops: other masks than predict's"
echo "crops: the masks of predict"
if [ "${4:-}" = all ]; then
  "$root/cmake/packages.sh" python3-pil
  python=/usr/bin/python3 # which has it
  for form in binary deep; do
    rewrite "$form"
    train "$form" --validation 2
    echo "$form: trained"
  done
fi
