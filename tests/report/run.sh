#!/usr/bin/env bash
# run.sh MAKE_REPORT TRAIN_PETS FOLDER: writes reports into FOLDER, computes their metrics again with NumPy, and drives the
# pages in headless Chromium; screenshots are left in FOLDER/screenshots. Installs what is missing; ends with status 77
# where that cannot be done.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
make_report=$1 train_pets=$2 folder=$3
python=/usr/bin/python3  # Debian's, for which Debian's packages are
export PYTHONDONTWRITEBYTECODE=1

missing() {
  echo "SKIPPED: the report's page is not tested, as $1 cannot be installed here (as root: apt-get install $1)"
  exit 77
}
install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || return 1
  "$here/../../cmake/packages.sh" "$@" >"$folder/packages.log" 2>&1
}
mkdir -p "$folder"
"$python" -c 'import numpy' 2>/dev/null || install python3-numpy || missing python3-numpy
for kind in page running next waiting unvalidated stopped long; do
  "$make_report" "$kind" "$folder/$kind"
done
"$train_pets" --synthetic 60 --validation 12 --report-images 12 --epochs 3 --batch 8 --out "$folder/trained" --overwrite
"$python" "$here/metrics_test.py" "$folder/page" "$folder/running" "$folder/trained"

browser="chromium chromium-driver python3-selenium"
if ! command -v chromium chromedriver >/dev/null || ! "$python" -c 'import selenium' 2>/dev/null; then
  # shellcheck disable=SC2086 # one word a package
  install $browser || missing "$browser"
fi
"$python" "$here/page_masks_test.py" "$folder"
"$python" "$here/page_layout_test.py" "$folder"
