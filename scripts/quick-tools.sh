#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints a Swift compiler for SWIFT_EXEC that does not optimise what a build itself runs: the libraries of macros, which take
# many minutes to optimise and run for moments. Everything else is compiled as ever.
# Usage: SWIFT_EXEC=$(scripts/quick-tools.sh) make test     (all of a build's commands need the same one, or it begins anew)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

compiler=$(command -v swiftc) || fail "swiftc is not on the path." "Install Swift: https://www.swift.org/install/linux"
bin=$(cd "$(dirname "$(readlink -f "$compiler")")" && pwd)
tools=$PWD/.build/quick-tools
rm -rf "$tools"
mkdir -p "$tools/bin"
# The package manager looks for libraries and other tools beside the compiler.
for place in lib share include; do
    [ ! -e "$bin/../$place" ] || ln -s "$(cd "$bin/../$place" && pwd)" "$tools/$place"
done
ln -s "$bin"/* "$tools/bin/"
rm -f "$tools/bin/swiftc"
cat >"$tools/bin/swiftc" <<SCRIPT
#!/usr/bin/env bash
arguments=("\$@")
case "\$*" in *'/Modules-tool/'*)
    for index in "\${!arguments[@]}"; do
        [ "\${arguments[index]}" != -O ] || arguments[index]=-Onone
    done ;;
esac
exec "$bin/swiftc" "\${arguments[@]}"
SCRIPT
chmod +x "$tools/bin/swiftc"
printf '%s\n' "$tools/bin/swiftc"
