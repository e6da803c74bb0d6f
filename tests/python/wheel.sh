#!/usr/bin/env bash
# Installs the Python package as its users do, `pip install` of the repository, into an environment of its own with the
# torch that the tests have, and runs the package's tests with what was installed.
#   wheel.sh BUILD TORCH_CMAKE     BUILD: folder, beside which BUILD-venv is made; TORCH_CMAKE: folder of a torch package's TorchConfig.cmake
# Exits 77 where the environment cannot be had.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
wheel=$(bash "$root/tests/python/build_wheel.sh" "$1" "$2")
venv=$(cd "$1" && pwd)-venv
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cd "$1" # away from the sources: what is imported is what was installed
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall "$wheel"
for file in libpicker.so libpicker_torch.so py.typed __init__.pyi; do
  [ -f "$site/libpicker/$file" ] || { echo "the wheel has no $file" && exit 1; }
done
# For the notebook's test, which skips itself without them.
# shellcheck disable=SC2086 # several arguments in one variable
"$venv/bin/python" -c 'import ipykernel, nbclient' 2>/dev/null ||
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check ${PICKER_PIP_ARGS:-} ipykernel nbclient || true
unset PYTHONPATH
cd "$root/tests/python"
for topic in arrays errors calls model sets package notebook; do
  PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" support.py "${topic}_test"
done
