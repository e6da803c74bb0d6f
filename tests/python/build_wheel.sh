#!/usr/bin/env bash
# Builds the wheel of the Python package for the torch that the tests have, and prints its path.
#   build_wheel.sh BUILD TORCH_CMAKE     BUILD: folder, beside which BUILD-venv and BUILD-dist are made; TORCH_CMAKE: folder of a
#                                        torch package's TorchConfig.cmake
# Exits 77 where the environment cannot be had.
set -euo pipefail
build=$1
torch=$(cd "$2/../../.." && pwd -P)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# A neighbour of build/release: ccache then finds what that one compiled.
mkdir -p "$build"
build=$(cd "$build" && pwd)
venv=$build-venv
if ! "$venv/bin/python" -c 'import numpy, pandas, pybind11, scikit_build_core' 2>/dev/null; then
  # shellcheck disable=SC2086 # several arguments in one variable
  { "${PICKER_PYTHON:-python3}" -m venv --clear "$venv" && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    ${PICKER_PIP_ARGS:-} numpy pandas pybind11 scikit-build-core; } >&2 || {
    echo "skipped: no environment with numpy, pandas, pybind11 and scikit-build-core could be made" >&2
    exit 77
  }
fi
# pip puts torch beside libpicker; a link spares a second copy of it.
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for name in torch torchgen functorch typing_extensions.py; do
  if [ -e "$(dirname "$torch")/$name" ]; then ln -sfn "$(dirname "$torch")/$name" "$site/$name"; fi
done
rm -rf "$build-dist"
CC=${CC:-cc} CXX=${CXX:-c++} CMAKE_BUILD_PARALLEL_LEVEL=${PICKER_JOBS:-2} "$venv/bin/python" -m pip wheel --quiet \
  --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir "$build-dist" "$root" -C build-dir="$build" >&2
echo "$build-dist"/libpicker-*.whl
