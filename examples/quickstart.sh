#!/usr/bin/env bash
# From nothing to picked particles with one command:
#   bash examples/quickstart.sh                                        on a small data set that it simulates itself
#   bash examples/quickstart.sh FOLDER DIAMETER_A [PIXEL_SIZE_A]       on your micrographs and coordinates
# FOLDER holds, at any depth, micrographs (.mrc, .tif) and coordinates for them: one file each, of the same stem (.star,
# .box, .csv; a suffix _autopick, _manualpick or _picks is fine), or a single STAR file that names the micrographs.
# DIAMETER_A is the particle's longest axis and PIXEL_SIZE_A the pixel size where the headers do not say it, in angstrom.
#
# It sets up the machine, builds and installs libpicker into build/install, trains DeepPicker, picks the micrograph it
# has not seen and compares the picks with the coordinates given. The last micrograph is the one to be tested, the last
# but one chooses the threshold, the others train. Results go to quickstart-output, or $PICKER_QUICKSTART_OUTPUT.
# PICKER_QUICKSTART_EPOCHS and PICKER_QUICKSTART_SEED change the training.
set -euo pipefail
# shellcheck source=cmake/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cmake/bootstrap.sh"

usage() {
  sed -n '2,/^set -/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit "$1"
}
case ${1:-} in -h | --help) usage 0 ;; esac
if [ $# -eq 1 ] || [ $# -gt 3 ]; then
  echo "quickstart: give the folder and the particle's diameter in angstrom" >&2
  usage 2 >&2
fi
folder=${1:-}
diameter=${2:-180}
pixel_size=()
if [ -n "${3:-}" ]; then pixel_size=(--pixel-size "$3"); fi
if [ -n "$folder" ]; then
  [ -d "$folder" ] || picker_stop "quickstart: $folder is not a folder"
  folder=$(cd "$folder" && pwd)
  [[ $diameter =~ ^[0-9]+([.][0-9]+)?$ ]] || picker_stop "quickstart: the diameter is '$diameter'; give it in angstrom, e.g. 180"
fi
output=${PICKER_QUICKSTART_OUTPUT:-$PICKER_ROOT/quickstart-output}
seed=${PICKER_QUICKSTART_SEED:-1}
training=(--seed "$seed")

picker_setup tests
[ "$PICKER_TORCH_CMAKE" != none ] || picker_stop "quickstart: training needs LibTorch; unset PICKER_TORCH=none"
picker_say "building"
picker_build release -- picker_product
cmake --install "$PICKER_ROOT/build/release" --prefix "$PICKER_ROOT/build/install" >/dev/null
PATH=$PICKER_ROOT/build/install/bin:$PATH

mkdir -p "$output"
output=$(cd "$output" && pwd)
rm -rf "$output/picks" "$output/model.safetensors" "$output/evaluation.txt"

# Pairs of micrograph and coordinates, in order; micrographs without coordinates take no part.
micrographs=()
coordinates=()
if [ -z "$folder" ]; then
  picker_say "simulating six micrographs of a built-in phantom"
  rm -rf "$output/simulated"
  picker simulate --output "$output/simulated" --count 6 --size 1024,1024 --pixel-size 4 --diameter "$diameter" --snr 0.02 --seed "$seed"
  folder=$output/simulated
fi
# The built-in example converges early; on real data the architecture's own limit and patience hold.
epochs=${PICKER_QUICKSTART_EPOCHS:-}
if [ -z "${1:-}" ]; then epochs=${epochs:-60}; fi
if [ -n "$epochs" ]; then training+=(--epochs "$epochs"); fi

# Stem of a coordinate file or micrograph, without what programs append or put in front.
stem_of() { basename "${1%.*}" | sed -E 's/^[0-9]{15,25}_//; s/_(autopick|manualpick|picks)$//'; }
declare -A file_of=()
tables=()
while IFS= read -r -d '' file; do
  file_of[$(stem_of "$file")]=$file
  case $file in *.star) if grep -qs '^_rlnMicrographName' "$file" && grep -qs '^_rlnCoordinateX' "$file"; then tables+=("$file"); fi ;; esac
done < <(find -L "$folder" -path "$output/picks" -prune -o -type f \( -name '*.star' -o -name '*.box' -o -name '*.csv' \) -print0 | sort -z)
all=()
while IFS= read -r -d '' file; do
  all+=("$file")
  stem=$(stem_of "$file")
  if [ -n "${file_of[$stem]:-}" ]; then
    micrographs+=("$file")
    coordinates+=("${file_of[$stem]}")
  fi
done < <(find -L "$folder" -path "$output/picks" -prune -o -type f \( -name '*.mrc' -o -name '*.tif' -o -name '*.tiff' \) -print0 | sort -z)
if [ "${#micrographs[@]}" -eq 0 ] && [ "${#tables[@]}" -eq 1 ]; then
  micrographs=("${all[@]}")
  for file in "${all[@]}"; do coordinates+=("${tables[0]}"); done
fi
count=${#micrographs[@]}
if [ "$count" -lt 2 ]; then
  picker_stop "quickstart: $folder holds ${#all[@]} micrographs, $count of them with coordinates; it takes at least two" \
    "(one to train on, one to pick). A micrograph m.mrc goes with m.star, m.box or m.csv, or with a STAR file that names it."
fi

test_micrograph=${micrographs[count - 1]}
test_coordinates=${coordinates[count - 1]}
last=$((count - 1))
validation=()
if [ "$count" -ge 3 ]; then
  last=$((count - 2))
  validation=(--validation-micrographs "${micrographs[last]}" --validation-picks "${coordinates[last]}")
fi
# One table for all is named once.
mapfile -t training_picks < <(printf '%s\n' "${coordinates[@]:0:last}" | sort -u)

picker_say "training DeepPicker on $last of $count micrographs"
picker train --architecture deeppicker --micrographs "${micrographs[@]:0:last}" --picks "${training_picks[@]}" \
  ${validation[@]+"${validation[@]}"} --diameter "$diameter" ${pixel_size[@]+"${pixel_size[@]}"} "${training[@]}" \
  --output "$output/model.safetensors"

picker_say "picking $(basename "$test_micrograph"), which the model has not seen"
picker pick --model "$output/model.safetensors" --micrographs "$test_micrograph" ${pixel_size[@]+"${pixel_size[@]}"} \
  --output "$output/picks" --draw "$output/picks/png"

picker_say "comparing with $test_coordinates"
picker evaluate --picks "$output/picks" --truth "$test_coordinates" --diameter "$diameter" --micrographs "$test_micrograph" \
  ${pixel_size[@]+"${pixel_size[@]}"} | tee "$output/evaluation.txt"

stem=$(basename "${test_micrograph%.*}")
cat <<END

Done.
  model        $output/model.safetensors
  picks        $output/picks/$stem.star   (list of all: $output/picks/autopick.star)
  picture      $output/picks/png/$stem.png
  score        $output/evaluation.txt
Pick more micrographs with:
  $PICKER_ROOT/build/install/bin/picker pick --model $output/model.safetensors --micrographs FOLDER --output PICKS
END
