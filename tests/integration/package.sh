#!/usr/bin/env bash
# The packages of a build, as a stranger gets them: the source archive holds what git has and configures; the Debian
# packages are unpacked into an empty root and used from there, without a LibTorch, with a wrong one and with the right one.
#   package.sh BUILD_FOLDER [CMAKE]             exits 77 where Debian's tools are missing
#   package.sh --chroot BUILD_FOLDER [CMAKE]    also installs them by apt into a fresh Debian (root, debootstrap, network)
set -euo pipefail
chroot=
if [ "$1" = --chroot ]; then
  chroot=1
  shift
fi
build=$(cd "$1" && pwd)
cmake=${2:-cmake}
cpack=$(dirname "$(command -v "$cmake")")/cpack
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
version=$(head -n1 "$root/VERSION")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset LD_LIBRARY_PATH PICKER_TORCH_ENGINE PICKER_TORCH XDG_DATA_HOME
setting() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
torch=$(setting Torch_DIR)
torch=${torch%/share/cmake/Torch}

echo "-- source archive"
(cd "$build" && "$cpack" --config CPackSourceConfig.cmake -B "$scratch/source") >"$scratch/log" || { cat "$scratch/log" && exit 1; }
tar -C "$scratch" -xzf "$scratch/source/libpicker-$version.tar.gz"
source=$scratch/libpicker-$version
if [ -e "$root/.git" ]; then
  diff <(cd "$source" && find . -type f -o -type l | cut -c3- | LC_ALL=C sort) \
    <(cd "$root" && git ls-files -co --exclude-standard | while read -r file; do [ ! -e "$file" ] || echo "$file"; done | LC_ALL=C sort)
fi
"$cmake" -S "$source" -B "$scratch/configured" -DPICKER_WITH_TORCH=OFF -DPICKER_BUILD_TESTS=OFF >/dev/null

if ! command -v dpkg-deb >/dev/null || ! command -v dpkg-shlibdeps >/dev/null; then
  echo "no dpkg-deb or dpkg-shlibdeps on this machine (apt-get install dpkg-dev): Debian packages are not tried"
  exit 77
fi
[ -x "$build/bin/picker" ] || { echo "this build has no picker command" && exit 77; }

echo "-- Debian packages"
(cd "$build" && "$cpack" -G DEB -B "$scratch/debs") >"$scratch/log" 2>&1 || { cat "$scratch/log" && exit 1; }
for package in "libpicker${version%%.*}" libpicker-dev picker; do
  file=$(find "$scratch/debs" -maxdepth 1 -name "${package}_*.deb")
  dpkg-deb -f "$file" Package Version Depends
  dpkg-deb -c "$file" | awk '{print $6}' | grep -q "^./usr/share/doc/$package/copyright$"
  dpkg-deb -x "$file" "$scratch/root"
done
depends() { dpkg-deb -f "$scratch/debs/${1}_"*.deb Depends; }
for library in libfftw3-single3 libtiff6 libpng16-16 libjpeg62-turbo liblz4-1; do
  [ ! -e /etc/debian_version ] || [ "$(. /etc/os-release && echo "${VERSION_ID:-}")" != 12 ] || grep -q "$library" <<<"$(depends libpicker0)"
done
grep -q "libpicker0 (= $version-1)" <<<"$(depends picker)"
grep -q "libpicker0 (= $version-1)" <<<"$(depends libpicker-dev)"
prefix=$scratch/root/usr
if readelf -d "$(find "$prefix" -name libpicker.so.0)" "$prefix"/bin/* | grep -E 'R(UN)?PATH' | grep -v 'ORIGIN'; then exit 1; fi
if grep -rlF "$root" "$prefix" --include='*.cmake' --include='*.pc'; then
  echo "the packages name the folder they were built in" >&2
  exit 1
fi

# torch_free FOLDER MESSAGE: what a user without LibTorch can do. $picker is how the command is called, FOLDER where it may
# write; what `pick` says goes to the file MESSAGE.
torch_free() {
  local work=$1 message=$2
  "${picker[@]}" --version | grep -qx "picker $version"
  "${picker[@]}" models >/dev/null
  "${picker[@]}" models general >/dev/null
  "${picker[@]}" simulate --output "$work/data" --count 2 --size 320,256 --pixel-size 4 --diameter 120 --particles 10 --seed 3 --quiet >/dev/null
  "${picker[@]}" inspect "$work/data" >/dev/null
  "${picker[@]}" evaluate --picks "$work/data" --truth "$work/data" --micrographs "$work/data" --diameter 120 >/dev/null
  "${picker[@]}" check --picks "$work/data" --reference "$work/data" --micrographs "$work/data" >/dev/null
  "${picker[@]}" convert "$work/data/sim_0001.star" "$work/sim_0001.csv" --quiet >/dev/null
  "${picker[@]}" merge "$work/data" "$work/data" --union --distance 40 --pixel-size 4 --output "$work/merged" --quiet >/dev/null
  if "${picker[@]}" pick --model general --micrographs "$work/data" --diameter 120 --output "$work/picks" 2>"$message"; then
    echo "there is a LibTorch that should not be there" >&2
    return 1
  fi
}

echo "-- without LibTorch"
mkdir "$scratch/home" "$scratch/work"
picker=(env -i "HOME=$scratch/home" "$prefix/bin/picker")
torch_free "$scratch/work" "$scratch/message"
if [ ! -e "$(find "$prefix" -name libpicker_torch.so)" ]; then
  grep -q 'libpicker_torch.so' "$scratch/message"
  echo "-- this build has no LibTorch engine"
  exit 0
fi
cat "$scratch/message"
wanted=$(sed -n 's/^set(PACKAGE_VERSION "\(.*\)")/\1/p' "$torch/share/cmake/Torch/TorchConfigVersion.cmake")
grep -qF "\`python3 -m pip install --target '$scratch/home/.local/share/picker' torch==$wanted\`" "$scratch/message"

echo "-- with another LibTorch, and with the right one at the place that the line names"
place=$scratch/home/.local/share/picker/torch
mkdir -p "$place/lib" "$place/share/cmake/Torch"
echo 'set(PACKAGE_VERSION "1.13.1")' >"$place/share/cmake/Torch/TorchConfigVersion.cmake"
ln -s "$torch/lib/libtorch.so" "$place/lib/libtorch.so" # would work
pick() { "${picker[@]}" pick --model general --micrographs "$scratch/work/data" --diameter 120 --output "$scratch/work/picks" --quiet; }
if pick 2>"$scratch/message"; then
  echo "a LibTorch that calls itself 1.13.1 was loaded" >&2
  exit 1
fi
grep -F "is version 1.13.1, but libpicker was built for $wanted" "$scratch/message"
rm -rf "$place"
ln -s "$torch" "$place"
pick
[ -s "$scratch/work/picks/autopick.star" ]
PICKER_TORCH=$torch bash "$root/tests/integration/consume.sh" --installed "$prefix" "$cmake"

[ -n "$chroot" ] || { echo "-- done" && exit 0; }
echo "-- by apt in a fresh Debian"
debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$scratch/debian" ${PICKER_DEBIAN_MIRROR:+"$PICKER_DEBIAN_MIRROR"} >"$scratch/log" ||
  { tail "$scratch/log" && exit 1; }
cp "$scratch"/debs/*.deb "$scratch/debian/srv"
chroot "$scratch/debian" sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /srv/*.deb' >"$scratch/log" 2>&1 </dev/null ||
  { tail "$scratch/log" && exit 1; }
picker=(chroot "$scratch/debian" env -i HOME=/srv /usr/bin/picker)
torch_free /srv "$scratch/message"
grep -F "torch==$wanted" "$scratch/message"
chroot "$scratch/debian" sh -c 'apt-get remove -y -qq picker libpicker-dev libpicker0' >"$scratch/log" 2>&1 </dev/null
[ ! -e "$scratch/debian/usr/bin/picker" ]
echo "-- done"
