# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every script here shares: how it speaks and how it stops. Sourced, never run.

# Says what happens now; goes to stderr so that results on stdout stay clean.
say() { printf '%s\n' "$*" >&2; }

# Says one finished step: a name, then what was found.
step() { printf '  %-18s %s\n' "$1" "$2" >&2; }

# Stops with an error; further arguments are lines on how to mend it.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    if [ "$#" -gt 0 ]; then printf '       %s\n' "$@" >&2; fi
    exit 1
}

# The SHA-256 of a file, in hexadecimal.
sha256_of() {
    if command -v sha256sum >/dev/null; then sha256sum "$1" | cut -d ' ' -f 1
    else shasum -a 256 "$1" | cut -d ' ' -f 1; fi
}

# The size of a file in bytes.
bytes_of() { wc -c <"$1" | tr -d ' '; }

# Runs the program, and shows how it is called.
show() { # program, argument…
    local line
    printf -v line ' %q' "${@:2}"
    say ""
    say "\$ autoglm${line//\\ / }"
    "$@"
}
