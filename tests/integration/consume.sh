#!/usr/bin/env bash
# Installs a build into an empty prefix, moves it, and uses it as a stranger would: the examples as a CMake project of
# their own, the C example by pkg-config, both run; no LibTorch in what hosts link; a clear word when the engine is gone.
#   consume.sh BUILD_FOLDER [CMAKE]
#   consume.sh --installed PREFIX [CMAKE]     a copy of what is installed there; LibTorch by PICKER_TORCH
set -euo pipefail
installed=
if [ "$1" = --installed ]; then
  installed=1
  shift
fi
build=$(cd "$1" && pwd)
cmake=${2:-cmake}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset LD_LIBRARY_PATH PICKER_TORCH_ENGINE

if [ -n "$installed" ]; then
  cp -a "$build" "$scratch/first"
else
  "$cmake" --install "$build" --prefix "$scratch/first" >/dev/null
fi
mv "$scratch/first" "$scratch/prefix" # nothing may remember where it was installed
prefix=$scratch/prefix
library=$(find "$prefix" -name 'libpicker.so' | head -n1)
libraries=$(dirname "$library")

echo "-- what hosts link"
needed=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if grep -Eq 'torch|c10' <<<"$needed"; then
  echo "libpicker.so links LibTorch:" "$needed" >&2
  exit 1
fi
find "$prefix/include" -type f -printf '%P\n' | sort
if find "$prefix/include" -type f ! -path '*/picker/picker.h' ! -path '*/picker/picker.hpp' | grep -q .; then
  echo "the install has headers that are not public" >&2
  exit 1
fi

echo "-- examples by CMake"
"$cmake" -S "$root/examples" -B "$scratch/examples" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >/dev/null
"$cmake" --build "$scratch/examples" >/dev/null
echo "-- the C example by pkg-config"
export PKG_CONFIG_PATH=$libraries/pkgconfig
[ "$(pkg-config --modversion picker)" = "$(cat "$root/VERSION")" ]
# shellcheck disable=SC2046 # pkg-config prints several flags
"${CC:-cc}" -std=c99 -Wall -Wextra -Wpedantic -Werror "$root/examples/c/pick.c" -o "$scratch/pick_pc" $(pkg-config --cflags --libs picker)

picker=$prefix/bin/picker
if [ -x "$picker" ]; then
  echo "-- manual pages and completions at their places"
  for file in man/man1/picker.1 man/man1/picker-pick.1 bash-completion/completions/picker zsh/site-functions/_picker \
    fish/vendor_completions.d/picker.fish; do
    [ -s "$prefix/share/$file" ]
  done
  cmp "$prefix/share/man/man1/picker-pick.1" <("$picker" --man-page pick)
fi
if [ ! -x "$picker" ] || [ ! -e "$libraries/libpicker_torch.so" ]; then
  echo "-- no picker command or no LibTorch engine in this build: the programs start, and say what is missing"
  for program in "$scratch/examples/pick_c" "$scratch/examples/pick_cpp"; do
    if "$program" "$scratch/none.safetensors" "$scratch/none.mrc" "$scratch/none.star" 2>"$scratch/message"; then exit 1; fi
    grep -q 'none.safetensors' "$scratch/message"
  done
  exit 0
fi

echo "-- a model to run them with"
"$picker" --version
"$prefix/bin/picker_relion" --version
"$picker" models general # installed with it, and found where it was moved to
"$picker" simulate --output "$scratch/data" --count 2 --size 480,400 --pixel-size 4 --diameter 160 --snr 0.5 --seed 3 --quiet
mapfile -t micrographs < <(find "$scratch/data" -name '*.mrc' | sort)
"$picker" train --architecture deeppicker --micrographs "${micrographs[0]}" --picks "${micrographs[0]%.mrc}.star" \
  --validation-micrographs "${micrographs[1]}" --validation-picks "${micrographs[1]%.mrc}.star" \
  --diameter 160 --epochs 4 --seed 3 --output "$scratch/model.safetensors" --quiet
echo "-- three programs, one answer"
for program in "$scratch/examples/pick_c" "$scratch/examples/pick_cpp"; do
  "$program" "$scratch/model.safetensors" "${micrographs[1]}" "$scratch/$(basename "$program").star" 2>/dev/null
done
LD_LIBRARY_PATH=$libraries "$scratch/pick_pc" "$scratch/model.safetensors" "${micrographs[1]}" "$scratch/pick_pc.star" 2>/dev/null
grep -Eq '^ *[0-9]' "$scratch/pick_c.star" # there are picks to compare
cmp "$scratch/pick_c.star" "$scratch/pick_pc.star"
cmp "$scratch/pick_c.star" "$scratch/pick_cpp.star"
head -c 8 "$scratch/pick_cpp.png" | cmp - <(printf '\211PNG\r\n\032\n')

echo "-- without the engine"
rm "$libraries/libpicker_torch.so"
if "$scratch/examples/pick_c" "$scratch/model.safetensors" "${micrographs[1]}" "$scratch/no.star" 2>"$scratch/message"; then
  echo "picking worked without an engine" >&2
  exit 1
fi
grep -q 'libpicker_torch.so' "$scratch/message"
[ ! -e "$scratch/no.star" ]
"$picker" models >/dev/null
echo "-- done"
