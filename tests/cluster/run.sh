#!/usr/bin/env bash
# Picking on several machines: sets up Open MPI and Slurm where they can be had, builds build/release with the module for MPI, and runs
# the tests of both. Exits 77 where neither is to be had.
set -euo pipefail
# shellcheck source=cmake/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../cmake/bootstrap.sh"
picker_setup tests cluster
mpi=OFF
if picker_runs mpicc && picker_runs mpirun; then mpi=ON; fi
if [ "$mpi" = OFF ] && ! PATH=$PATH:/usr/sbin command -v slurmctld >/dev/null; then
  echo "neither MPI nor Slurm is on this machine: apt-get install libopenmpi-dev openmpi-bin slurmctld slurmd slurm-client" >&2
  exit 77
fi
picker_build release PICKER_MPI=$mpi
exec ctest --test-dir "$PICKER_ROOT/build/release" --output-on-failure --no-tests=error -L cluster "$@" </dev/null
