#!/usr/bin/env bash
# Sets up, builds build/release with the benchmarks, measures, and compares with the last committed result:
#   bash benchmarks/run.sh             the table on standard output; all figures in build/benchmarks/measured.json
#   bash benchmarks/run.sh --write     also benchmarks/measured.json and the table in docs/benchmarks.md
# Other flags go to run.py, which says what they are. Wants a quiet machine and takes about ten minutes on two cores.
set -euo pipefail
# shellcheck source=cmake/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cmake/bootstrap.sh"
picker_setup tests lint oracles python
mapfile -t python < <(picker_python_settings)
mpi=OFF targets=(picker_cli picker_torch pick_bench simulate_bench)
if picker_runs mpicc && picker_runs mpirun; then mpi=ON targets+=(picker_mpi); fi
picker_build release ${python[@]+"${python[@]}"} PICKER_BUILD_BENCHMARKS=ON PICKER_MPI=$mpi -- "${targets[@]}"
exec python3 -B "$PICKER_ROOT/benchmarks/run.py" --build "$PICKER_ROOT/build/release" --output "$PICKER_ROOT/build/benchmarks" "$@"
