# shellcheck shell=bash
# Sets up a bare Debian or Ubuntu machine for building libpicker. Sourced by tests/run.sh, examples/quickstart.sh and
# .ci/run, which then call
#   picker_setup [tests] [lint] [oracles] [python] [cluster] [fuzz]     finds or installs what is needed; exits 2 with the exact
#                                    line to run if it may not. Where they can be had, oracles: also other readers and the
#                                    browser that tests use, python: what the Python package is built and tested with, cluster:
#                                    MPI and Slurm, fuzz: clang with libFuzzer
#   picker_build PRESET [NAME=VALUE ...] [-- TARGET ...]     configures (once) and builds build/PRESET with $PICKER_JOBS jobs
# It leaves PICKER_ROOT, PICKER_JOBS and PICKER_TORCH_CMAKE set, and cmake, ctest and ninja on PATH.
#
# Environment: Torch_DIR (folder of TorchConfig.cmake) or PICKER_TORCH (root of a LibTorch or of a torch package; "none"
# builds without) win over the private .venv; PICKER_PIP_ARGS is passed to pip; PICKER_JOBS is the number of build jobs;
# PICKER_PYTHON is the Python that .venv is made with; PICKER_NO_INSTALL=1 never calls apt-get.

PICKER_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PICKER_JOBS=${PICKER_JOBS:-2}
PICKER_TORCH_PIN=2.13.0
PICKER_STARFILE_PIN=0.5.13
PICKER_TRACKPY_PIN=0.7
PICKER_PYBIND11_PIN=3.1.0
PICKER_CRYOSPARC_PINS="4.7.1 5.0.3"
# nvcc and what it needs, for tests/cuda/build.sh.
PICKER_CUDA_PINS="nvidia-cuda-nvcc==13.5.37 nvidia-cuda-crt==13.5.37 nvidia-nvvm==13.5.37 nvidia-cuda-runtime==13.5.37"
PICKER_CMAKE_MINIMUM=3.20
picker_venv=$PICKER_ROOT/.venv
# A clone at another place finds what this one compiled.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PICKER_ROOT} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}

picker_say() { printf '== %s\n' "$*" >&2; }
picker_stop() {
  printf '%s\n' "$@" >&2
  exit 2
}

# picker_has HEADER: the C++ compiler finds the header.
picker_has() { printf '#include <%s>\n' "$1" | "${CXX:-c++}" -x c++ -std=c++17 -fsyntax-only - 2>/dev/null; }
picker_runs() { command -v "$1" >/dev/null 2>&1 && "$1" --version >/dev/null 2>&1; }
picker_has_python_headers() {
  "${PICKER_PYTHON:-python3}" -c 'import os, sysconfig
raise SystemExit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}
picker_has_fuzzer() {
  printf '#include <cstddef>\nextern "C" int LLVMFuzzerTestOneInput(const unsigned char*, std::size_t) { return 0; }\n' |
    clang++ -x c++ -fsanitize=fuzzer,address -o /dev/null - 2>/dev/null
}
picker_compiles_cxx20() {
  printf '#include <charconv>\n#include <span>\ndouble v; auto f(const char* a) { return std::from_chars(a, a + 1, v).ec; }\n' |
    "${CXX:-c++}" -x c++ -std=c++20 -fsyntax-only - 2>/dev/null
}
# picker_newer FOUND WANTED: FOUND is at least WANTED.
picker_newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$2" ]; }
picker_cmake_fits() {
  picker_runs cmake && picker_runs ctest &&
    picker_newer "$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')" "$PICKER_CMAKE_MINIMUM"
}

# Prints the Debian packages that are missing: those that must be there, or ("optional") those that only help.
picker_missing_packages() {
  local kind=$1 && shift
  if [ "$kind" = optional ]; then
    picker_runs ccache || echo ccache
    case " $* " in *" lint "*)
      picker_runs clang-format || echo clang-format
      picker_runs clang-tidy || echo clang-tidy
      picker_runs shellcheck || echo shellcheck
      picker_runs doxygen || echo doxygen
      picker_runs abidiff || echo abigail-tools
      picker_runs groff || echo groff
      ;;
    esac
    case " $* " in *" oracles "*)
      command -v relion_pipeliner >/dev/null 2>&1 || echo relion
      # The report's page is tried in it.
      picker_runs chromium || picker_runs google-chrome || echo chromium
      ;;
    esac
    case " $* " in *" python "*) picker_has_python_headers || echo python3-dev ;; esac
    case " $* " in *" cluster "*)
      picker_runs mpicc || echo libopenmpi-dev openmpi-bin
      PATH=$PATH:/usr/sbin command -v slurmctld >/dev/null 2>&1 || echo slurmctld slurmd slurm-client
      ;;
    esac
    # One of the runtimes, by the release.
    case " $* " in *" fuzz "*) picker_has_fuzzer || echo clang libclang-rt-14-dev libclang-rt-dev ;; esac
    # PDB and mmCIF structures for the simulator; also a second reader of STAR files for the tests.
    picker_has gemmi/version.hpp || echo gemmi-dev
    picker_has tao/pegtl/version.hpp || echo tao-pegtl-dev
    # Plots of a report as PNG.
    picker_has stb/stb_truetype.h || echo libstb-dev
    return 0
  fi
  picker_runs "${CXX:-c++}" && picker_runs "${CC:-cc}" || echo g++ gcc
  picker_runs pkg-config || echo pkg-config
  picker_has fftw3.h && picker_library fftw3f || echo libfftw3-dev
  picker_has tiffio.h && picker_library libtiff-4 || echo libtiff-dev
  picker_has png.h && picker_library libpng || echo libpng-dev
  picker_library libjpeg || echo libjpeg-dev
  picker_has lz4.h && picker_library liblz4 || echo liblz4-dev
  picker_has nlohmann/json.hpp || echo nlohmann-json3-dev
  case " $* " in *" tests "*) picker_has doctest/doctest.h || echo doctest-dev ;; esac
  # Only what .venv is needed for: LibTorch, or a newer CMake and Ninja than the system's.
  if [ ! -x "$picker_venv/bin/python" ] && { [ -z "$(picker_given_torch)" ] || ! picker_cmake_fits || ! picker_runs ninja; }; then
    "${PICKER_PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  fi
}
picker_library() { pkg-config --exists "$1" 2>/dev/null; }

picker_install_packages() {
  local missing optional root=()
  missing=$(picker_missing_packages needed "$@" | xargs)
  optional=$(picker_missing_packages optional "$@" | xargs)
  [ -n "$missing$optional" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then root=(sudo -n); fi
  if [ -z "${PICKER_NO_INSTALL:-}" ] && picker_runs apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    picker_say "installing ${missing:+$missing }${optional}"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 || true
    if [ -n "$missing" ]; then
      # shellcheck disable=SC2086 # a list of package names
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >&2 || true
    fi
    local package
    for package in $optional; do # one by one: not every release has all of them
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" </dev/null >&2 ||
        picker_say "$package could not be installed; going on without it"
    done
    missing=$(picker_missing_packages needed "$@" | xargs)
  fi
  if [ -n "$missing" ]; then
    picker_stop "libpicker needs packages that are not on this machine. Run this, then try again:" "" \
      "  sudo apt-get update && sudo apt-get install -y $missing" "" \
      "(other systems: a C++20 compiler, pkg-config, and the headers of FFTW 3, libtiff, libpng, libjpeg, LZ4, nlohmann-json, doctest)"
  fi
}

# Makes .venv where it is missing; pip's own output only when it fails.
picker_pip() {
  if [ ! -x "$picker_venv/bin/python" ]; then
    "${PICKER_PYTHON:-python3}" -m venv "$picker_venv" >&2 || picker_stop "Could not make $picker_venv." \
      "  sudo apt-get install -y python3-venv"
  fi
  # shellcheck disable=SC2086 # several arguments in one variable
  "$picker_venv/bin/python" -m pip install --quiet --disable-pip-version-check ${PICKER_PIP_ARGS:-} "$@" </dev/null >&2
}

# Prints the folder of TorchConfig.cmake that the environment names, "none", or nothing.
picker_given_torch() {
  if [ "${PICKER_TORCH:-}" = none ]; then
    echo none
  elif [ -n "${Torch_DIR:-}" ]; then
    echo "$Torch_DIR"
  elif [ -n "${PICKER_TORCH:-}" ]; then
    echo "$PICKER_TORCH/share/cmake/Torch"
  fi
}
picker_venv_torch() { # only of the pinned version
  local site
  for site in "$picker_venv"/lib/python3*/site-packages; do
    if grep -qs "__version__ = .$PICKER_TORCH_PIN" "$site/torch/version.py"; then echo "$site/torch/share/cmake/Torch"; fi
  done
}

picker_find_torch() {
  PICKER_TORCH_CMAKE=$(picker_given_torch)
  if [ -n "$PICKER_TORCH_CMAKE" ]; then
    [ "$PICKER_TORCH_CMAKE" = none ] || [ -f "$PICKER_TORCH_CMAKE/TorchConfig.cmake" ] ||
      picker_stop "There is no TorchConfig.cmake in $PICKER_TORCH_CMAKE: set Torch_DIR to the folder that holds it," \
        "or PICKER_TORCH to the root of a LibTorch, or unset both to have one installed into .venv."
    return 0
  fi
  PICKER_TORCH_CMAKE=$(picker_venv_torch)
  [ -z "$PICKER_TORCH_CMAKE" ] || return 0
  # Its C++ libraries need none of the wheel's Python dependencies. The CPU build is asked for first: the other one needs
  # the whole of CUDA around it.
  picker_say "installing LibTorch $PICKER_TORCH_PIN into .venv (once)"
  picker_pip --no-deps "torch==$PICKER_TORCH_PIN+cpu" 2>/dev/null || picker_pip --no-deps "torch==$PICKER_TORCH_PIN" ||
    picker_stop "pip could not install torch $PICKER_TORCH_PIN for $("$picker_venv/bin/python" --version)." \
      "Set Torch_DIR or PICKER_TORCH to a LibTorch that is here, PICKER_PYTHON to another Python 3," \
      "or PICKER_TORCH=none to build without training and scoring."
  PICKER_TORCH_CMAKE=$(picker_venv_torch)
  if [ -e "$PICKER_TORCH_CMAKE/../../../lib/libtorch_cuda.so" ]; then
    rm -rf "$picker_venv"
    picker_stop "pip chose the CUDA build of torch, which does not work without CUDA itself. Name the index of CPU builds" \
      "(pytorch.org, Get Started, Compute Platform CPU shows its address), then try again:" "" \
      "  export PICKER_PIP_ARGS='--index-url ADDRESS'" "" "or set Torch_DIR or PICKER_TORCH to a LibTorch of your own."
  fi
}

picker_setup() {
  local stamp key
  # A second run believes the first as long as this script, the choices and what it found are the same.
  key=$(cat "${BASH_SOURCE[0]}" <(echo "$*" "${PICKER_TORCH:-}" "${Torch_DIR:-}" "${CXX:-}") | cksum | tr ' ' -)
  stamp=$PICKER_ROOT/build/.setup-$key
  if [ -f "$stamp" ]; then
    # shellcheck disable=SC1090 # written below
    . "$stamp"
    if [ -f "$PICKER_TORCH_CMAKE/TorchConfig.cmake" ] || [ "$PICKER_TORCH_CMAKE" = none ]; then
      if command -v cmake >/dev/null && command -v ninja >/dev/null; then return 0; fi
    fi
  fi
  local path=$PATH
  picker_install_packages "$@"
  picker_compiles_cxx20 || picker_stop "${CXX:-c++} is too old for C++20 (GCC 11 or Clang 14 and later are known to work):" \
    "  sudo apt-get install -y g++-11 && export CC=gcc-11 CXX=g++-11"
  local tools=()
  picker_cmake_fits || tools+=(cmake)
  picker_runs ninja || tools+=(ninja)
  if [ "${#tools[@]}" -gt 0 ]; then
    picker_say "installing ${tools[*]} into .venv (once)"
    picker_pip "${tools[@]}" || picker_stop "pip could not install ${tools[*]}." \
      "  sudo apt-get install -y cmake ninja-build    (CMake $PICKER_CMAKE_MINIMUM or later)"
    PATH=$picker_venv/bin:$PATH
    export PATH
  fi
  # Before LibTorch, whose Python dependencies are left out: pip would warn of them.
  case " $* " in *" oracles "*)
    if ! "$picker_venv/bin/python" -c 'import starfile' 2>/dev/null; then
      (picker_pip "starfile==$PICKER_STARFILE_PIN") || picker_say "no Python starfile; the comparison with it is skipped"
    fi
    if ! "$picker_venv/bin/python" -c 'import trackpy' 2>/dev/null; then
      (picker_pip "trackpy==$PICKER_TRACKPY_PIN") || picker_say "no trackpy; the comparison with it is skipped"
    fi
    local version
    for version in $PICKER_CRYOSPARC_PINS; do picker_cryosparc "$version"; done
    ;;
  esac
  case " $* " in *" python "*)
    if ! "$picker_venv/bin/python" -c 'import numpy, pybind11' 2>/dev/null; then
      (picker_pip numpy "pybind11==$PICKER_PYBIND11_PIN") || picker_say "no pybind11 or numpy; the Python package is not built"
    fi
    ;;
  esac
  picker_find_torch
  mkdir -p "$PICKER_ROOT/build"
  {
    printf 'PICKER_TORCH_CMAKE=%q\n' "$PICKER_TORCH_CMAKE"
    # %q writes the path, not $PATH: only what was put in front of it is kept.
    # shellcheck disable=SC2016 # expanded when the stamp is read
    [ "$PATH" = "$path" ] || printf 'PATH=%q:$PATH\nexport PATH\n' "$picker_venv/bin"
  } >"$stamp.part"
  mv "$stamp.part" "$stamp"
}

# cryosparc-tools VERSION in an environment of its own, build/oracles/cryosparc-VERSION: they exclude each other. With what
# our package for it is built with.
picker_cryosparc() {
  local venv=$PICKER_ROOT/build/oracles/cryosparc-$1
  "$venv/bin/python" -c 'import cryosparc.dataset, setuptools, wheel' 2>/dev/null && return 0
  rm -rf "$venv"
  # shellcheck disable=SC2086 # several arguments in one variable
  if ! { "${PICKER_PYTHON:-python3}" -m venv "$venv" >&2 &&
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check ${PICKER_PIP_ARGS:-} "cryosparc-tools==$1" setuptools wheel </dev/null >&2; }; then
    picker_say "no cryosparc-tools $1; the comparison with it is skipped"
  fi
}

# Prints the path of a CUDA compiler: the machine's own (CUDACXX, or nvcc in PATH), else one in an environment of its own,
# build/cuda/venv. Fails where none can be had.
picker_nvcc() {
  local venv=$PICKER_ROOT/build/cuda/venv nvcc found=
  if [ -n "${CUDACXX:-}" ] || command -v nvcc >/dev/null 2>&1; then
    command -v "${CUDACXX:-nvcc}"
    return
  fi
  picker_venv_nvcc() { # of the pinned versions
    [ "$(cat "$venv/.pins" 2>/dev/null)" = "$PICKER_CUDA_PINS" ] || return 1
    for nvcc in "$venv"/lib/python3*/site-packages/nvidia/*/bin/nvcc; do
      if picker_runs "$nvcc"; then found=$nvcc; fi
    done
    [ -n "$found" ]
  }
  if ! picker_venv_nvcc; then
    picker_say "installing nvcc into build/cuda/venv (once)"
    rm -rf "$venv"
    mkdir -p "$PICKER_ROOT/build/cuda"
    # shellcheck disable=SC2086 # several arguments in one variable
    if ! { "${PICKER_PYTHON:-python3}" -m venv "$venv" >&2 &&
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check ${PICKER_PIP_ARGS:-} $PICKER_CUDA_PINS </dev/null >&2; }; then
      picker_say "pip could not install nvcc; the GPU code is not built"
      return 1
    fi
    printf '%s\n' "$PICKER_CUDA_PINS" >"$venv/.pins"
    picker_venv_nvcc || { picker_say "the nvcc that pip installed does not run; the GPU code is not built" && return 1; }
  fi
  printf '%s\n' "$found"
}

# Prints the settings that build the Python package for .venv, where its pybind11 and numpy are.
picker_python_settings() {
  if "$picker_venv/bin/python" -c 'import numpy, pybind11' 2>/dev/null && picker_has_python_headers; then
    printf '%s\n' PICKER_BUILD_PYTHON=ON "Python_EXECUTABLE=$picker_venv/bin/python"
  fi
}

picker_build() {
  local preset=$1 folder=$PICKER_ROOT/build/$1 settings=() targets=() asked
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    settings+=("-D$1")
    shift
  done
  [ $# -eq 0 ] || shift
  targets=("$@")
  case $preset in
    release | debug)
      if [ "$PICKER_TORCH_CMAKE" = none ]; then
        settings+=(-DPICKER_WITH_TORCH=OFF)
      else
        settings+=(-DPICKER_WITH_TORCH=ON "-DTorch_DIR=$PICKER_TORCH_CMAKE")
      fi
      ;;
  esac
  # Ninja itself configures again when a CMake file changed; other settings need a word.
  asked="$preset ${settings[*]}"
  if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.asked" 2>/dev/null)" != "$asked" ]; then
    (cd "$PICKER_ROOT" && cmake --preset "$preset" "${settings[@]}") || return 1
    printf '%s\n' "$asked" >"$folder/.asked"
  fi
  cmake --build "$folder" --parallel "$PICKER_JOBS" ${targets:+--target "${targets[@]}"}
}
