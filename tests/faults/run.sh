#!/usr/bin/env bash
# The sweep of faults (client.c) in a folder of its own, in memory where there is a place for that: `run.sh PROGRAM MOST`.
set -euo pipefail
program=$(realpath "$1")
folder=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/picker-faults-XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$program" "$folder" "$2"
