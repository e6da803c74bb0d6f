#!/usr/bin/env bash
# Sets up the machine, builds build/release and runs every test. Arguments go to ctest:
#   bash tests/run.sh                  everything
#   bash tests/run.sh -L unit -R io    see `ctest --help`; labels: unit, capi, abi, cli, plugins, python, integration, lint, slow
set -euo pipefail
# shellcheck source=cmake/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cmake/bootstrap.sh"
picker_setup tests lint oracles python
mapfile -t python < <(picker_python_settings)
picker_build release ${python[@]+"${python[@]}"}
exec ctest --test-dir "$PICKER_ROOT/build/release" --output-on-failure --no-tests=error -j "$PICKER_JOBS" "$@" </dev/null
