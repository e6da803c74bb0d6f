#!/usr/bin/env bash
# Installs the Python package as its users do, `pip install` of the repository, into an environment of its own with the
# torch that the tests have, and runs the package's tests with what was installed.
#   wheel.sh BUILD TORCH_CMAKE     BUILD: folder, beside which BUILD-venv is made; TORCH_CMAKE: folder of a torch package's TorchConfig.cmake
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
    ${PICKER_PIP_ARGS:-} numpy pandas pybind11 scikit-build-core; } || {
    echo "skipped: no environment with numpy, pandas, pybind11 and scikit-build-core could be made"
    exit 77
  }
fi
# pip puts torch beside libpicker; a link spares a second copy of it.
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for name in torch torchgen functorch typing_extensions.py; do
  if [ -e "$(dirname "$torch")/$name" ]; then ln -sfn "$(dirname "$torch")/$name" "$site/$name"; fi
done
cd "$build" # away from the sources: what is imported is what was installed
CC=${CC:-cc} CXX=${CXX:-c++} CMAKE_BUILD_PARALLEL_LEVEL=${PICKER_JOBS:-2} "$venv/bin/python" -m pip install --quiet \
  --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall "$root" -C build-dir="$build"
for file in libpicker.so libpicker_torch.so py.typed __init__.pyi; do
  [ -f "$site/libpicker/$file" ] || { echo "the wheel has no $file" && exit 1; }
done
unset PYTHONPATH
cd "$root/tests/python"
for topic in arrays errors calls model sets package; do
  PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" support.py "${topic}_test"
done
