# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every comparison in bench/ shares: where things are kept, how a peer is installed, how two sides take turns.
# Sourced from the repository's root, after scripts/lib.sh.

bench_dir=${AUTOGLM_BENCH_DIR:-$PWD/.bench}
llama_package=llama-cpp-python==0.3.36
llama_targets=(llama-batched-bench llama-bench llama-completion llama-quantize llama-server)

# Python leaves no compiled files beside its sources.
export PYTHONDONTWRITEBYTECODE=1

# Runs a command with its output in a log; shows the log's end only when the command fails.
logged() { # log, what it does, command…
    local log=$1 what=$2
    shift 2
    say "  $what (log: $log)"
    "$@" >"$log" 2>&1 </dev/null && return
    tail -n 15 "$log" >&2
    fail "$what failed." "The whole log: $log"
}

# The environment in which build tools are kept, apart from the system's Python.
bench_python() {
    if [ ! -x "$bench_dir/venv/bin/pip" ]; then
        mkdir -p "$bench_dir"
        logged "$bench_dir/venv.log" "Making a Python environment" python3 -m venv "$bench_dir/venv"
    fi
}

build_llama() {
    command -v g++ >/dev/null || fail "llama.cpp is built with g++, which is missing." "On Debian: apt-get install g++"
    local source=$bench_dir/llama.cpp work=$bench_dir/llama.new
    if [ ! -d "$source" ]; then
        bench_python
        rm -rf "$work" && mkdir -p "$work"
        logged "$bench_dir/download.log" "Fetching the source package $llama_package" "$bench_dir/venv/bin/pip" download \
            --no-deps --no-binary llama-cpp-python --dest "$work" "$llama_package"
        tar -xzf "$work"/*.tar.gz -C "$work"
        mv "$work"/*/vendor/llama.cpp "$source"
        rm -rf "$work"
    fi
    bench_python
    logged "$bench_dir/tools.log" "Installing cmake and ninja" "$bench_dir/venv/bin/pip" install cmake ninja
    PATH=$bench_dir/venv/bin:$PATH
    logged "$bench_dir/configure.log" "Configuring llama.cpp" cmake -S "$source" -B "$source/build" -G Ninja \
        -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DLLAMA_CURL=OFF
    logged "$bench_dir/build.log" "Building llama.cpp for this processor, the first time about 9 minutes on 2 cores" \
        cmake --build "$source/build" --target "${llama_targets[@]}"
}

# Sets llama_bin to the folder of llama.cpp's programs; AUTOGLM_LLAMA_BIN names a build made elsewhere.
find_llama() {
    local program missing=
    llama_bin=${AUTOGLM_LLAMA_BIN:-$bench_dir/llama.cpp/build/bin}
    for program in "${llama_targets[@]}"; do [ -x "$llama_bin/$program" ] || missing+=" $program"; done
    if [ -z "$missing" ]; then return; fi
    [ -z "${AUTOGLM_LLAMA_BIN:-}" ] || fail "AUTOGLM_LLAMA_BIN=$llama_bin has no$missing."
    build_llama
}

# Makes the model in another tensor type with llama.cpp's own tool, once; prints the path.
requantised() { # model, type
    local file
    file=$bench_dir/models/$(basename "$1" .gguf).$2.gguf
    if [ ! -s "$file" ]; then
        mkdir -p "$bench_dir/models"
        logged "$bench_dir/quantise-$2.log" "Making a $2 file of the same model" \
            "$llama_bin/llama-quantize" --allow-requantize "$1" "$file.new" "$2"
        mv "$file.new" "$file"
    fi
    printf '%s\n' "$file"
}

# The command that cleans up when this script ends, and the program that runs at this moment, if any.
cleaning_up=()
child=

# Cleans up at the end, and on Ctrl-C or a request to end, after ending the program that runs.
clean_up_with() { # command…
    cleaning_up=("$@")
    trap '"${cleaning_up[@]}"' EXIT
    trap 'stop_child; exit 130' INT
    trap 'stop_child; exit 143' TERM HUP
}

stop_child() {
    if [ -z "$child" ]; then return; fi
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
}

# Runs one measurement into a file; a failure shows what the program said. It runs beside the shell, which would otherwise
# hear signals only after it.
measure() { # file, command…
    local file=$1 status=0
    shift
    "$@" >"$file" 2>"$file.log" </dev/null &
    child=$!
    wait "$child" || status=$?
    child=
    if [ "$status" = 0 ]; then return; fi
    tail -n 15 "$file.log" >&2
    fail "This measurement failed: $*"
}
