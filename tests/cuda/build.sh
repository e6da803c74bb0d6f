#!/usr/bin/env bash
# Builds the library with its GPU code (PICKER_CUDA=ON) in build/cuda, with nvcc from PyPI where the machine has none, and
# tries all that can be tried without a GPU: the kernels' steps on the host, the way of a device on the CPU, that the
# result loads without a driver, and what it says then. With a GPU and a LibTorch with CUDA the tests of the label gpu
# compare it with the CPU.
#   build.sh
# Exits 77 where nvcc or LibTorch cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=cmake/bootstrap.sh
. cmake/bootstrap.sh
picker_setup tests
if [ "$PICKER_TORCH_CMAKE" = none ]; then
  echo "no LibTorch to build the GPU code for"
  exit 77
fi
nvcc=$(picker_nvcc) || exit 77
"$nvcc" --version | tail -n 2
build=build/cuda # as deep as build/release, so that ccache finds what was compiled there
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPICKER_CUDA=ON "-DCMAKE_CUDA_COMPILER=$nvcc" \
  -DPICKER_WITH_TORCH=ON "-DTorch_DIR=$PICKER_TORCH_CMAKE" -DPICKER_BUILD_TESTS=ON >"$build/configure.log" ||
  { cat "$build/configure.log" && exit 1; }
cmake --build "$build" --parallel "$PICKER_JOBS" --target picker_torch picker_cli test_device test_torch_device test_gpu

echo "-- tests"
ctest --test-dir "$build" --output-on-failure --no-tests=error -R '^unit\.(device|torch_device|gpu)$'

echo "-- what the library needs, and holds"
engine=$(find "$build" -name libpicker_torch.so)
needed=$(readelf -d "$engine" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if grep -Eq 'libcuda|libcudart' <<<"$needed"; then # it would not load where there is no driver
  echo "libpicker_torch.so links CUDA: $needed" >&2
  exit 1
fi
readelf -S --wide "$engine" | grep -q nv_fatbin || { echo "libpicker_torch.so holds no code for a GPU" >&2 && exit 1; }
[ "$(nm -D --defined-only "$engine" | awk '{print $3}' | xargs)" = picker_torch_engine ]

echo "-- what it says"
picker=$(find "$build" -name picker -type f -perm -u+x | head -n1)
export PICKER_TORCH_ENGINE=$PWD/$engine
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$picker" devices | tee "$scratch/devices"
grep -qx cpu "$scratch/devices"
"$picker" simulate --output "$scratch/data" --count 1 --size 512,400 --pixel-size 4 --diameter 180 \
  --particles 12 --snr 0.5 --seed 1 --quiet >/dev/null
pick() { "$picker" pick --model general --diameter 180 --micrographs "$scratch"/data/micrographs.star --quiet "$@"; }
pick --device cpu --output "$scratch/cpu"
if ! grep -q cuda "$scratch/devices"; then
  pick --output "$scratch/auto" # the default is the CPU here, to the bit
  for file in "$scratch"/cpu/sim_*.star; do cmp "$file" "$scratch/auto/$(basename "$file")"; done
  if pick --device cuda --output "$scratch/gpu" 2>"$scratch/message"; then
    echo "--device cuda picked without a GPU" >&2
    exit 1
  fi
  cat "$scratch/message"
  grep -q 'cuda:0' "$scratch/message" && grep -q 'device cpu' "$scratch/message"
  [ ! -e "$scratch/gpu/autopick.star" ]
else
  pick --device cuda --output "$scratch/gpu"
  grep -q '"device": "cuda:0"' "$scratch/gpu/run.json"
fi
