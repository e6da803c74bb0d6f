#!/usr/bin/env bash
# Installs Scipion's engine (scipion-pyworkflow, scipion-em) from PyPI into an environment of its own, with libpicker's wheel and
# the plugin, and runs the plugin's tests there, without a screen.
#   run.sh BUILD TORCH_CMAKE [TEST...]     BUILD: folder of the wheel's build; the environment is BUILD-scipion. TEST: modules of
#                                          libpicker_scipion.tests, all by default
# Exits 77 where Scipion cannot be had.
set -euo pipefail
build=$1
torch=$(cd "$2/../../.." && pwd -P)
shift 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
wheel=$(bash "$root/tests/python/build_wheel.sh" "$build" "$torch/share/cmake/Torch")
venv=$(cd "$build" && pwd)-scipion
work=$venv/work
pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check)
# tests of what is newer than these may tell something else
pins=(scipion-pyworkflow==3.11.7 scipion-em==3.11.1)
relion=scipion-em-relion==5.0.2
if [ "$(cat "$venv/.pins" 2>/dev/null)" != "${pins[*]} $relion" ]; then
  # shellcheck disable=SC2086 # several arguments in one variable
  { "${PICKER_PYTHON:-python3}" -m venv --clear "$venv" && "${pip[@]}" install ${PICKER_PIP_ARGS:-} "${pins[@]}" setuptools wheel; } || {
    echo "skipped: scipion-pyworkflow and scipion-em could not be installed"
    exit 77
  }
  # For the test that its converter writes our scores; its own dependencies are not needed.
  # shellcheck disable=SC2086
  "${pip[@]}" install ${PICKER_PIP_ARGS:-} --no-deps "$relion" || echo "no scipion-em-relion; its test is skipped"
  echo "${pins[*]} $relion" >"$venv/.pins"
fi
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for name in torch torchgen functorch typing_extensions.py; do
  if [ -e "$(dirname "$torch")/$name" ]; then ln -sfn "$(dirname "$torch")/$name" "$site/$name"; fi
done
rm -rf "$work"
mkdir -p "$work/config" "$work/user" "$work/src/plugins"
cp -r "$root/plugins/scipion" "$work/src/plugins/" # setuptools builds beside the sources
cp "$root/VERSION" "$work/src/"
"${pip[@]}" install --no-deps --no-index --no-build-isolation --force-reinstall "$wheel" "$work/src/plugins/scipion"
# What the two say they need is there.
if "$venv/bin/python" -m pip --disable-pip-version-check check 2>/dev/null | grep '^libpicker'; then exit 1; fi

export SCIPION_HOME=$work SCIPION_USER_DATA=$work/user SCIPION_DOMAIN=pwem SCIPION_TEST_NOSYNC=True
export SCIPION_CANCEL_XMIPP_BINDING_WARNING=True SCIPION_EM_NEW_FILE_CHECK_SEC=1 PYTHONDONTWRITEBYTECODE=1
export LIBPICKER_ROOT=$root
unset PYTHONPATH DISPLAY
PATH=$venv/bin:$PATH # protocols run in processes of `python3`
cd "$work"
"$venv/bin/python" -c 'from pyworkflow.protocol import HostConfig; HostConfig.writeBasic("config/hosts.conf")'
tests=("$@")
if [ ${#tests[@]} -eq 0 ]; then
  for file in "$root"/plugins/scipion/libpicker_scipion/tests/test_*.py; do tests+=("$(basename "$file" .py)"); done
fi
# Side by side: most of a run is Scipion waiting to look again.
jobs=()
for test in "${tests[@]}"; do
  "$venv/bin/python" -W ignore -m unittest -v "libpicker_scipion.tests.$test" >"$work/$test.log" 2>&1 &
  jobs+=("$!")
done
failed=0
for i in "${!tests[@]}"; do
  if ! wait "${jobs[$i]}"; then
    failed=1
    cat "$work/${tests[$i]}.log"
    echo "failed: ${tests[$i]}"
  fi
done
for test in "${tests[@]}"; do
  echo "$test: $(grep -E '^(Ran |OK|FAILED)' "$work/$test.log" | xargs)"
  grep -E ' \.\.\. skipped ' "$work/$test.log" || true # with their reasons
done
exit "$failed"
