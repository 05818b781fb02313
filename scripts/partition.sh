#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lets workers in network namespaces of their own share runs while their networks are cut, workers are killed and the server is killed;
# then counts what is lost or doubled. The runs wait in JetStream, and are kept in a file that all see; with --postgres, they wait and
# are kept in PostgreSQL, and the namespaces share no file; with --postgres --nats they are kept there and wait in JetStream. Needs root,
# `ip` (Debian: iproute2), and nats-server or PostgreSQL or both.
# Usage: scripts/partition.sh [--postgres [--nats]] [RUNS [TURNS]]   (default 120, 6); the last line is JSON, and the status 1 unless
# nothing was lost or doubled.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

postgres= nats=yes
[ "${1:-}" != --postgres ] || { postgres=yes nats= && shift; }
[ "${1:-}" != --nats ] || { nats=yes && shift; }
runs=${1:-120} turns=${2:-6}
[[ $runs =~ ^[1-9][0-9]*$ && $turns =~ ^[1-9][0-9]*$ ]] || fail "RUNS and TURNS are numbers from 1 up."
[ "$(id -u)" = 0 ] || fail "Network namespaces need root."
command -v ip >/dev/null || fail "ip is missing." "On Debian: apt-get install iproute2"
if [ "$postgres" ]; then
    programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$programs" ] || fail "PostgreSQL is missing." "On Debian: apt-get install postgresql"
fi
if [ "$nats" ]; then
    server=$(PATH=$PATH:/usr/sbin command -v nats-server) || fail "nats-server is missing." "On Debian: apt-get install nats-server libnats3.4"
fi
autoglm=$(realpath "${AUTOGLM_BIN:-.build/release/autoglm}")
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"

work=$(mktemp -d)
tag=ag$$
net=10.213.$((RANDOM % 250))
declare -A workers=()
broker= database=
# Kills a process at once; the shell's own word on it is no news.
end() { # process
    kill -9 "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
clean_up() {
    local id
    for id in "${workers[@]}" $broker $database; do end "$id"; done
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

as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
make_database() {
    chmod 755 "$work"
    install -d -o postgres "$work/data"
    as_postgres "$programs/initdb" -D "$work/data" -U postgres -A trust -N >"$work/server.log"
    echo "host all all $net.0/24 trust" >>"$work/data/pg_hba.conf"
}
sql() { psql -X -q -At -h "$net.1" -U postgres -c "$1"; }
start_server() {
    if [ "$postgres" ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$programs/postgres" -D "$work/data" -k "$work/data" \
            -c "listen_addresses=$net.1" >>"$work/server.log" 2>&1 &
        database=$!
        until sql 'SELECT 1' >/dev/null 2>&1; do sleep 0.1; done
    fi
    [ "$nats" ] || return 0
    "$server" -a "$net.1" -p 4222 -js -sd "$work/streams" >>"$work/server.log" 2>&1 &
    broker=$!
}
# Servers that are killed. PostgreSQL's processes all end at once by SIGQUIT, and what they had is recovered from its log.
end_server() {
    if [ "$postgres" ]; then kill -QUIT "$database" && wait "$database" || true; fi
    if [ "$nats" ]; then end "$broker"; fi
}
start_worker() { # number
    mkdir -p "$(folder "$1")"
    AUTOGLM_WRITE_FOLDERS=out=$(folder "$1") XDG_STATE_HOME=$work/state-$1 \
        ip netns exec "$tag-$1" "$autoglm" worker --lease 3 --deliveries 1000 --name "worker-$1" >>"$work/worker-$1.log" 2>&1 &
    workers[$1]=$!
}
# Where a worker's steps write: one folder for all where they share files.
folder() { echo "$work/out${postgres:+-$1}"; }
# What is recorded now, and what was written by then: lines that come later for what is recorded are doubled.
note() { # turn
    [ "$postgres" ] || return 0
    sql "SELECT (r.inputs::json ->> 'name') || ' ' || substring(s.key from '\[(\d+)\]') FROM autoglm_run_steps s
        JOIN autoglm_runs r ON r.number = s.run WHERE s.key LIKE '%.log'" >"$work/recorded-$1"
    cat "$work"/out*/log >"$work/written-$1" 2>/dev/null || true
}

if [ "$postgres" ]; then
    make_database
    export AUTOGLM_STORE=postgresql://postgres@$net.1/postgres
else
    export AUTOGLM_STORE=$work/runs.sqlite
fi
[ -z "$nats" ] || export AUTOGLM_QUEUE=nats://$net.1:4222
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
for port in ${postgres:+5432} ${nats:+4222}; do
    until ip netns exec "$tag-1" bash -c "exec 3<>/dev/tcp/$net.1/$port" 2>/dev/null; do sleep 0.1; done
done
mkdir -p "$(folder 0)"
say "  putting $runs runs in line"
for ((run = 0; run < runs; run++)); do
    AUTOGLM_WRITE_FOLDERS=out=$(folder 0) "$autoglm" run "$work/pages.yaml" --input "run-$run" --enqueue >/dev/null
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
        end_server
        sleep 0.5
        start_server
    fi
    start_worker "$victim"
    sleep 1
    note "$turn"
done

say "  waiting for the rest"
for ((second = 0; second < 240; second++)); do
    done_runs=$("$autoglm" runs list --state succeeded --limit "$((runs + 1))" --output json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["runs"]))')
    [ "$done_runs" -lt "$runs" ] || break
    sleep 1
done
cat "$work"/out*/log >"$work/log"
python3 - "$work" "$runs" "$done_runs" "$turns" "$postgres" <<'PYTHON' || { tail -n 5 "$work"/worker-*.log >&2; exit 1; }
import collections, json, pathlib, sys

work = pathlib.Path(sys.argv[1])


def lines(name):
    return collections.Counter(line for line in (work / name).read_text(encoding="utf-8").split("\n") if line)


found = lines("log")
runs, ended, turns = (int(text) for text in sys.argv[2:5])
wanted = {f"run-{run} {page}" for run in range(runs) for page in range(6)}
repeated = sum(count - 1 for count in found.values())
report = {"runs": runs, "ended": ended, "cuts": turns, "kills": turns, "server_kills": turns // 2,
          "lost": len(wanted - set(found)), "doubled": repeated, "strange": len(set(found) - wanted)}
wrong = False
if sys.argv[5]:
    # Files of different machines cannot know of each other: a step under way at a cut or a kill may write a second line.
    late = set()
    for turn in range(1, turns + 1):
        written = lines(f"written-{turn}")
        late |= {line for line in lines(f"recorded-{turn}") if found[line] > written[line]}
    report["doubled"], report["repeated"] = len(late), repeated
    wrong = repeated > 2 * turns
print(json.dumps(report))
sys.exit(wrong or report["lost"] + report["doubled"] + report["strange"] > 0 or ended != runs)
PYTHON
