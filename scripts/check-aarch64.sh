#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the kernels for aarch64 and compares NEON with plain C under an emulator; needs clang (part of Swift).
# Without the emulator and cross libraries it installs them on Debian.
set -euo pipefail
cd "$(dirname "$0")/.."

kernels=Sources/Engine/CTensorKernels
build=.build/aarch64
if ! command -v qemu-aarch64 >/dev/null || [ ! -d /usr/aarch64-linux-gnu/include ]; then
    echo "Installing qemu-user and the aarch64 C library ..."
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross >/dev/null
fi
mkdir -p "$build"
objects=()
for source in "$kernels"/*.c scripts/kernels/compare.c; do
    object="$build/$(basename "$source" .c).o"
    clang --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -std=gnu11 -O2 -Wall -Wextra -Werror \
        -I "$kernels/include" -c "$source" -o "$object"
    objects+=("$object")
done
aarch64-linux-gnu-gcc -static "${objects[@]}" -lm -lpthread -o "$build/compare"
qemu-aarch64 "$build/compare"
