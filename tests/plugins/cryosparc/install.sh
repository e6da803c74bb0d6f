#!/usr/bin/env bash
# Installs the plugin by the line of its README into clean environments, one for each version of cryoSPARC, with what the line
# itself brings, and runs the tests of the job program with what was installed.
#   install.sh BUILD TORCH_CMAKE     BUILD: folder of the wheel's build; the environments are BUILD-cryosparc-VERSION. PICKER and
#                                    PICKER_CLI_WORLD as for the other tests of cryoSPARC
# Exits 77 where the packages cannot be had.
set -euo pipefail
torch=$(cd "$2/../../.." && pwd -P)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
wheel=$(bash "$root/tests/python/build_wheel.sh" "$1" "$2")
build=$(cd "$1" && pwd)
readme=$root/plugins/cryosparc/README.md
line=$(grep -m1 -x 'pip install ./plugins/cryosparc "cryosparc-tools~=[0-9.]*"' "$readme") || {
  echo "the README has no line 'pip install ./plugins/cryosparc \"cryosparc-tools~=...\"'"
  exit 1
}
other=$(grep -m1 -o '~=[0-9.]*. for 4\.7' "$readme" | grep -o '[0-9.]*[0-9]' | head -n1) || {
  echo "the README does not say the version for cryoSPARC 4.7"
  exit 1
}
first=${line##*~=}
first=${first%\"}
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=1
for version in "$first" "$other"; do
  venv=$build-cryosparc-$version
  "${PICKER_PYTHON:-python3}" -m venv --clear "$venv"
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  for name in torch torchgen functorch; do
    if [ -e "$(dirname "$torch")/$name" ]; then ln -sfn "$(dirname "$torch")/$name" "$site/$name"; fi
  done
  # shellcheck disable=SC2086 # several arguments in one variable
  if ! { "$venv/bin/pip" install ${PICKER_PIP_ARGS:-} "$wheel" &&
    "$venv/bin/pip" download ${PICKER_PIP_ARGS:-} --no-deps --dest "$venv" "cryosparc-tools~=$version" setuptools; }; then
    echo "skipped: cryosparc-tools $version, or what the plugin is built with, cannot be had"
    exit 77
  fi
  work=$venv/work
  mkdir -p "$work/plugins"
  cp -r "$root/plugins/cryosparc" "$work/plugins/" # setuptools builds beside the sources
  (cd "$work" && PATH=$venv/bin:$PATH && eval "${line/~=$first/~=$version}")
  "$venv/bin/libpicker-cryosparc" pick --help >/dev/null
  (cd "$root/tests/plugins/cryosparc" && PYTHONPATH='' LIBPICKER_CRYOSPARC_INSTALLED=1 \
    "$venv/bin/python" cryosparc_support.py "$venv" job_test) || {
    echo "failed: the program that was installed with cryosparc-tools $version"
    exit 1
  }
  echo "installed and tried with cryosparc-tools $("$venv/bin/python" -c 'import cryosparc; print(cryosparc.__version__)')"
done
