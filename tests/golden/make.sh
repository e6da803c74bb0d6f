#!/usr/bin/env bash
# Makes the golden files of a release in the new folder $1, with the program $PICKER: a few minutes (README.md).
set -euo pipefail
picker=${PICKER:-picker}
[ ! -e "$1" ] || { echo "$1 is there already; golden files are made once" >&2 && exit 2; }
mkdir -p "$1"
cd "$1"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
simulate() { "$picker" simulate --pixel-size 4 --diameter 100 --snr 1.5 --quiet "$@"; }
simulate --output "$scratch/train" --count 3 --size 288,224 --particles 14 --seed 11
simulate --output "$scratch/one" --count 1 --size 176,144 --particles 6 --seed 12
mkdir micrographs models picks
cp "$scratch/one/sim_0001.mrc" micrographs/one.mrc
cp "$scratch/one/sim_0001.star" picks/one.star
for architecture in deepem deeppicker parsed-s2; do
  "$picker" train --architecture "$architecture" --micrographs "$scratch"/train/sim_000[12].mrc --picks "$scratch"/train/sim_000[12].star \
    --validation-micrographs "$scratch/train/sim_0003.mrc" --validation-picks "$scratch/train/sim_0003.star" \
    --diameter 100 --epochs 40 --seed 3 --threads 1 --output "models/$architecture.safetensors" --quiet
  "$picker" models "models/$architecture.safetensors" --json >"models/$architecture.json"
  "$picker" pick --model "models/$architecture.safetensors" --micrographs micrographs/one.mrc --output "$scratch/$architecture" --quiet
  "$picker" convert "$scratch/$architecture/one.star" "models/$architecture.csv" --quiet
done
for format in csv box cbox cs; do
  "$picker" convert picks/one.star "picks/one.$format" --box-size 40 --pixel-size 4 --quiet
done
"$picker" pick --model models/deepem.safetensors --micrographs micrographs/one.mrc --output run --keep 0.1 --quiet
