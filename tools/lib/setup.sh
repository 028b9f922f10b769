# Installing and building; shared by tools/quickstart and tools/check. Sourced, not run.

bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ] || [ "${TERM:-dumb}" = dumb ]; then bold='' dim='' off=''; fi

title() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
note() { printf '%s%s%s\n' "$dim" "$*" "$off"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

packages_run=(
  cmake ninja-build g++ pkg-config
  libzmq3-dev cppzmq-dev libsodium-dev liblmdb-dev libfmt-dev libprotobuf-dev protobuf-compiler
  libicu-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libpugixml-dev
  libturbojpeg0-dev libpng-dev
)
packages_check=(
  libgtest-dev libgmock-dev libbenchmark-dev ccache python3 python3-zmq python3-nacl
  python3-cryptography python3-protobuf python3-jsonschema git
  clang-format clang-tidy iproute2 tmux systemd zsh fish
)
packages_coverage=(gcovr)
packages_long=(clang libclang-rt-14-dev)  # For the preset fuzz.

# install_packages [package…]: what is missing of packages_run and the arguments.
install_packages() {
  local missing=() package
  for package in "${packages_run[@]}" "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "${INSTALL:-yes}" = yes ] || die "missing: ${missing[*]} (run without --no-install)"
  local apt=(apt-get)
  if [ "$(id -u)" -ne 0 ]; then
    printf 'sudo apt-get install %s\nGo on? [y/N] ' "${missing[*]}"
    local answer; read -r answer
    [ "$answer" = y ] || die "nothing was installed"
    apt=(sudo apt-get)
  fi
  title "Installing ${#missing[@]} packages"
  "${apt[@]}" update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y -q --no-install-recommends "${missing[@]}" \
    >"${TMPDIR:-/tmp}/rilon-install.$$.log" 2>&1 || {
    tail -n 20 "${TMPDIR:-/tmp}/rilon-install.$$.log" >&2; die "the installation failed"; }
  rm -f "${TMPDIR:-/tmp}/rilon-install.$$.log"
}

build_programs() {
  title "Building"
  local began=$SECONDS
  cmake --preset release >build-release.log 2>&1 || { tail -n 20 build-release.log; die "cmake failed"; }
  cmake --build --preset release >>build-release.log 2>&1 ||
    { grep -E 'error|FAILED' build-release.log | head -n 20; die "the build failed: build-release.log"; }
  rm -f build-release.log
  BIN=$PWD/build/release
  RILON=$BIN/tools/rilon RILOND=$BIN/node/rilond SEIZE=$BIN/tools/rilon-seize
  note "built in $((SECONDS - began)) s"
}
