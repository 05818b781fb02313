#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts NVIDIA's own Triton (the CPU server inside `nvidia-pytriton`) before a folder of models, and runs a command beside it.
# Usage: scripts/with-triton.sh REPOSITORY COMMAND…   TRITON_HTTP and TRITON_GRPC tell the command the ports.
# Needs Debian's python3.11 and libpython3.11; keeps what it installs in .bench/triton.
set -euo pipefail
repository=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
. scripts/lib.sh

home=$PWD/.bench/triton
python=${TRITON_PYTHON:-/usr/bin/python3.11}
[ -x "$python" ] || fail "There is no $python, which Triton's Python backend needs." "Install it: apt-get install python3.11 libpython3.11 python3.11-venv"
if [ ! -e "$home/backends/python/triton_python_backend_stub" ]; then
    say "Installing Triton into $home …"
    mkdir -p "$home/backends/python"
    "$python" -m venv --without-pip "$home/venv"
    python3 -m pip --python "$home/venv/bin/python" install --quiet "nvidia-pytriton==0.7.0"
    packages=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    cp -r "$packages"/pytriton/tritonserver/backends/python/. "$home/backends/python/"
    cp -r "$packages"/pytriton/tritonserver/python_backend_stubs/3.11/. "$home/backends/python/"
    # The backend looks for modules beside itself, not in PYTHONPATH.
    ln -sfn "$packages/numpy" "$packages/numpy.libs" "$home/backends/python/"
fi
packages=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# The server takes no port 0, so free ones are asked for first.
read -r http grpc metrics < <("$python" - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(3)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
)
PYTHONHOME=/usr LD_LIBRARY_PATH="/usr/lib/$(uname -m)-linux-gnu:$packages/nvidia_pytriton.libs" \
    "$packages/pytriton/tritonserver/bin/tritonserver" --model-repository="$repository" \
    --backend-directory="$home/backends" --http-address=127.0.0.1 --grpc-address=127.0.0.1 --http-port="$http" \
    --grpc-port="$grpc" --metrics-port="$metrics" >"$home/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
say "Waiting for Triton on ports $http and $grpc …"
for _ in $(seq 300); do
    kill -0 "$server" 2>/dev/null || break
    if "$python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$http/v2/health/ready')" 2>/dev/null; then ready=1; break; fi
    sleep 0.2
done
[ -n "${ready:-}" ] || fail "Triton does not start." "$(tail -n 20 "$home/server.log")"

TRITON_HTTP=$http TRITON_GRPC=$grpc "$@"
