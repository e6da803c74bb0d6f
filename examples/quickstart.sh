#!/usr/bin/env bash
# From nothing to picked particles with one command:
#   bash examples/quickstart.sh                                        on a small data set that it simulates itself
#   bash examples/quickstart.sh FOLDER DIAMETER_A [PIXEL_SIZE_A]       on your micrographs and coordinates
# FOLDER holds, at any depth, micrographs (.mrc, .tif) and coordinates for them: one file each, of the same stem (.star,
# .cbox, .box, .csv; a suffix _autopick, _manualpick or _picks is fine), or a single STAR file that names the micrographs.
# DIAMETER_A is the particle's longest axis and PIXEL_SIZE_A the pixel size where the headers do not say it, in angstrom.
#
# It sets up the machine, builds and installs libpicker into build/install, trains DeepPicker, picks the micrograph it
# has not seen and compares the picks with the coordinates given. The last micrograph is the one to be tested, the last
# but one chooses the threshold, the others train. PICKER_QUICKSTART_EPOCHS and PICKER_QUICKSTART_SEED change the training.
#
# Results go to quickstart-output/NAME, or $PICKER_QUICKSTART_OUTPUT/NAME, where NAME is that of FOLDER, or "example".
# They are there once the training has succeeded; what an earlier run left there is kept as NAME.previous-1, -2 and so on.
# A folder of that name that another program or you made is left alone, and the run refused.
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
mkdir -p "$output" || picker_stop "quickstart: cannot make the folder $output; set PICKER_QUICKSTART_OUTPUT to another"
output=$(cd "$output" && pwd -P)
[ -w "$output" ] || picker_stop "quickstart: cannot write to $output; set PICKER_QUICKSTART_OUTPUT to another folder"
name=example
if [ -n "$folder" ]; then name=$(basename "$folder"); fi
if [ "$name" = / ]; then name=root; fi
final=$output/$name
marker=.made-by-quickstart # the file that says that a folder is this script's
# Stops unless the place of the results is free, or holds earlier results of this script.
check_place() {
  case $(cd "${folder:-/}" && pwd -P)/ in
    "$final"/*) picker_stop "quickstart: the results would go to $final, where the data are;" \
      "set PICKER_QUICKSTART_OUTPUT to another folder, e.g. PICKER_QUICKSTART_OUTPUT=$output/quickstart" ;;
  esac
  { [ ! -e "$final" ] && [ ! -L "$final" ]; } || [ -f "$final/$marker" ] ||
    picker_stop "quickstart: the results would go to $final, which is there and was not made by this script;" \
      "move it away, or set PICKER_QUICKSTART_OUTPUT to another folder"
}
check_place
seed=${PICKER_QUICKSTART_SEED:-1}
training=(--seed "$seed")

picker_setup tests
[ "$PICKER_TORCH_CMAKE" != none ] || picker_stop "quickstart: training needs LibTorch; unset PICKER_TORCH=none"
picker_say "building"
picker_build release -- picker_product
cmake --install "$PICKER_ROOT/build/release" --prefix "$PICKER_ROOT/build/install" >/dev/null
PATH=$PICKER_ROOT/build/install/bin:$PATH

# The model is made in a hidden folder of this run and moved to its place when it is trained, so that the files that the
# picking writes name the place where they stay. If the picking fails, the earlier results get their place back.
work=$(mktemp -d "$output/.$name.XXXXXX")
chmod "$(umask -S)" "$work" # mktemp lets only the owner in
: >"$work/$marker"
earlier='' # where the earlier results were moved
done=''    # set when all went well
# numbered PREFIX: prints the first of PREFIX-1, PREFIX-2 ... that is free.
numbered() {
  local number=1
  while [ -e "$1-$number" ] || [ -L "$1-$number" ]; do number=$((number + 1)); done
  printf '%s\n' "$1-$number"
}
finish() {
  local result=$? failed
  trap '' INT TERM
  if [ -n "$done" ]; then exit "$result"; fi
  # Training may have taken hours: a model is not thrown away.
  if [ ! -d "$work" ]; then mv -T "$final" "$work"; fi
  if [ -e "$work/model.safetensors" ]; then
    failed=$(numbered "$final.failed")
    mv -T "$work" "$failed"
    picker_say "the run failed after a model was made; it is $failed/model.safetensors"
  else
    rm -rf "$work"
  fi
  if [ -n "$earlier" ]; then mv -T "$earlier" "$final"; fi
  if [ -e "$final" ]; then picker_say "the results of the earlier run are unchanged in $final"; fi
  exit "$result"
}
trap finish EXIT
# A step that failed: says how this script is told the pixel size, if that is what was missing.
give_up() {
  if [ "${#pixel_size[@]}" -eq 0 ] &&
    picker inspect --json "${micrographs[@]}" 2>/dev/null | grep -q '"kind": "pixel_size_\(unknown\|absurd\)"'; then
    printf '%s\n' "" "quickstart: not every micrograph tells its pixel size. Give it in angstrom as" \
      "the third argument of this script:" \
      "  bash ${BASH_SOURCE[0]} $(printf '%q' "$folder") $diameter PIXEL_SIZE_A" >&2
  fi
  exit 1
}

# Pairs of micrograph and coordinates, in order; micrographs without coordinates take no part.
micrographs=()
coordinates=()
if [ -z "$folder" ]; then
  picker_say "simulating six micrographs of a built-in phantom"
  picker simulate --output "$work/simulated" --count 6 --size 1024,1024 --pixel-size 4 --diameter "$diameter" --snr 0.02 --seed "$seed"
  folder=$work/simulated
fi
# The built-in example converges early; on real data the architecture's own limit and patience hold.
epochs=${PICKER_QUICKSTART_EPOCHS:-}
if [ -z "${1:-}" ]; then epochs=${epochs:-60}; fi
if [ -n "$epochs" ]; then training+=(--epochs "$epochs"); fi

# Stem of a coordinate file or micrograph, without what programs append or put in front.
stem_of() { basename "${1%.*}" | sed -E 's/^[0-9]{15,25}_//; s/_(autopick|manualpick|picks)$//'; }
# find_files NAME...: files of such names in the folder, but none that an earlier run of this script made.
find_files() {
  local names=() each
  for each in "$@"; do names+=(-o -name "$each"); done
  find -L "$folder" -mindepth 1 -type d -exec test -f "{}/$marker" \; -prune -o \
    -type f \( "${names[@]:1}" \) -print0 | sort -z
}
declare -A file_of=()
tables=()
while IFS= read -r -d '' file; do
  file_of[$(stem_of "$file")]=$file
  case $file in *.star) if grep -qs '^_rlnMicrographName' "$file" && grep -qs '^_rlnCoordinateX' "$file"; then tables+=("$file"); fi ;; esac
done < <(find_files '*.star' '*.cbox' '*.box' '*.csv')
all=()
while IFS= read -r -d '' file; do
  all+=("$file")
  stem=$(stem_of "$file")
  if [ -n "${file_of[$stem]:-}" ]; then
    micrographs+=("$file")
    coordinates+=("${file_of[$stem]}")
  fi
done < <(find_files '*.mrc' '*.tif' '*.tiff')
if [ "${#micrographs[@]}" -eq 0 ] && [ "${#tables[@]}" -eq 1 ]; then
  micrographs=("${all[@]}")
  for file in "${all[@]}"; do coordinates+=("${tables[0]}"); done
fi
count=${#micrographs[@]}
if [ "$count" -lt 2 ]; then
  picker_stop "quickstart: $folder holds ${#all[@]} micrographs, $count of them with coordinates; it takes at least two" \
    "(one to train on, one to pick). A micrograph m.mrc goes with m.star, m.cbox, m.box or m.csv, or with a STAR file that names it."
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
  --output "$work/model.safetensors" || give_up

check_place # it may have been taken meanwhile
if [ -e "$final" ]; then
  earlier=$(numbered "$final.previous")
  mv -T "$final" "$earlier"
fi
mv -T "$work" "$final"
picker_say "the model is moved to $final"
if [ -z "${1:-}" ]; then # the simulation is now at its place too
  test_micrograph=${test_micrograph/#"$work"/"$final"}
  test_coordinates=${test_coordinates/#"$work"/"$final"}
  micrographs=("${micrographs[@]/#"$work"/"$final"}")
  list=$(cat "$final/simulated/micrographs.star")
  printf '%s\n' "${list//"$work"/"$final"}" >"$final/simulated/micrographs.star"
fi

picker_say "picking $(basename "$test_micrograph"), which the model has not seen"
picker pick --model "$final/model.safetensors" --micrographs "$test_micrograph" ${pixel_size[@]+"${pixel_size[@]}"} \
  --output "$final/picks" --draw "$final/picks/png" || give_up

picker_say "comparing with $test_coordinates"
picker evaluate --picks "$final/picks" --truth "$test_coordinates" --diameter "$diameter" --micrographs "$test_micrograph" \
  ${pixel_size[@]+"${pixel_size[@]}"} | tee "$final/evaluation.txt" || give_up
done=yes

stem=$(basename "${test_micrograph%.*}")
cat <<END

Done.
  model        $final/model.safetensors
  picks        $final/picks/$stem.star   (list of all: $final/picks/autopick.star)
  picture      $final/picks/png/$stem.png
  score        $final/evaluation.txt
${earlier:+  before       $earlier   (the results of the earlier run)
}Pick more micrographs with:
  $(printf '%q pick --model %q' "$PICKER_ROOT/build/install/bin/picker" "$final/model.safetensors") --micrographs FOLDER --output PICKS
END
