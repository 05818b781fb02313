#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lets workers in network namespaces of their own share a queue in JetStream while their networks are cut, workers are killed and
# the NATS server is killed; then counts what is lost or doubled. Needs root, `ip` (Debian: iproute2) and nats-server.
# Usage: scripts/partition.sh [RUNS [TURNS]]   (default 120, 6); the last line is JSON, and the status 1 unless nothing was lost or doubled.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

runs=${1:-120} turns=${2:-6}
[[ $runs =~ ^[1-9][0-9]*$ && $turns =~ ^[1-9][0-9]*$ ]] || fail "RUNS and TURNS are numbers from 1 up."
[ "$(id -u)" = 0 ] || fail "Network namespaces need root."
command -v ip >/dev/null || fail "ip is missing." "On Debian: apt-get install iproute2"
server=$(PATH=$PATH:/usr/sbin command -v nats-server) || fail "nats-server is missing." "On Debian: apt-get install nats-server libnats3.4"
autoglm=$(realpath "${AUTOGLM_BIN:-.build/release/autoglm}")
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"

work=$(mktemp -d)
tag=ag$$
net=10.213.$((RANDOM % 250))
declare -A workers=()
broker=
# Kills a process at once; the shell's own word on it is no news.
end() { # process
    kill -9 "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
clean_up() {
    local id
    for id in "${workers[@]}" $broker; do end "$id"; done
    for id in 1 2 3; do ip netns del "$tag-$id" 2>/dev/null || true; done
    ip link del "$tag-br" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

# A bridge for the server, and a namespace with a cable to it for each worker.
ip link add "$tag-br" type bridge
ip addr add "$net.1/24" dev "$tag-br"
ip link set "$tag-br" up
for id in 1 2 3; do
    ip netns add "$tag-$id"
    ip link add "$tag-v$id" type veth peer name eth0 netns "$tag-$id"
    ip link set "$tag-v$id" master "$tag-br" up
    ip -n "$tag-$id" addr add "$net.$((id + 1))/24" dev eth0
    ip -n "$tag-$id" link set eth0 up
done

start_server() {
    "$server" -a "$net.1" -p 4222 -js -sd "$work/streams" >>"$work/server.log" 2>&1 &
    broker=$!
}
start_worker() { # number
    ip netns exec "$tag-$1" "$autoglm" worker --queue "nats://$net.1:4222" --lease 3 --deliveries 1000 \
        --name "worker-$1" >>"$work/worker-$1.log" 2>&1 &
    workers[$1]=$!
}

mkdir "$work/out"
export AUTOGLM_STORE=$work/runs.sqlite AUTOGLM_WRITE_FOLDERS=out=$work/out
cat >"$work/pages.yaml" <<'YAML'
pipeline: pages
inputs: {name: {type: string}}
steps:
  - id: pages
    for_each: [0, 1, 2, 3, 4, 5]
    steps:
      - {id: rest, sleep: 200ms}
      - {id: log, uses: file, with: {action: append, path: log, folder: out, value: ["${inputs.name} ${item}"]}}
output: "${inputs.name}"
YAML

start_server
until ip netns exec "$tag-1" bash -c "exec 3<>/dev/tcp/$net.1/4222" 2>/dev/null; do sleep 0.1; done
say "  putting $runs runs in line"
for ((run = 0; run < runs; run++)); do
    "$autoglm" run "$work/pages.yaml" --input "run-$run" --enqueue --queue "nats://$net.1:4222" >/dev/null
done
for id in 1 2 3; do start_worker "$id"; done

for ((turn = 1; turn <= turns; turn++)); do
    id=$((turn % 3 + 1))
    say "  turn $turn of $turns: cutting the network of worker $id for longer than its lease"
    ip link set "$tag-v$id" down
    sleep 4
    victim=$((id % 3 + 1))
    end "${workers[$victim]}"
    ip link set "$tag-v$id" up
    if [ $((turn % 2)) = 0 ]; then
        end "$broker"
        sleep 0.5
        start_server
    fi
    start_worker "$victim"
    sleep 1
done

say "  waiting for the rest"
for ((second = 0; second < 240; second++)); do
    done_runs=$("$autoglm" runs list --state succeeded --limit "$((runs + 1))" --output json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["runs"]))')
    [ "$done_runs" -lt "$runs" ] || break
    sleep 1
done
python3 - "$work/out/log" "$runs" "$done_runs" "$turns" <<'PYTHON' || { tail -n 5 "$work"/worker-*.log >&2; exit 1; }
import collections, json, sys

found = collections.Counter(open(sys.argv[1], encoding="utf-8").read().split("\n"))
found.pop("", None)
runs, ended, turns = (int(text) for text in sys.argv[2:])
wanted = {f"run-{run} {page}" for run in range(runs) for page in range(6)}
report = {"runs": runs, "ended": ended, "cuts": turns, "kills": turns, "server_kills": turns // 2,
          "lost": len(wanted - set(found)), "doubled": sum(count - 1 for count in found.values()), "strange": len(set(found) - wanted)}
print(json.dumps(report))
sys.exit(report["lost"] + report["doubled"] + report["strange"] > 0 or ended != runs)
PYTHON
