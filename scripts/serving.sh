# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every check of `autoglm serve` shares: how the server is started and ended. Sourced after scripts/lib.sh.

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it with: make release"

# A folder of the check's own, and the server's number while it runs.
box=$(mktemp -d)
child=
trap 'end_server; rm -rf "$box"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Asks the server to end, if it runs, and sets ended to its status.
end_server() {
    [ -n "$child" ] || return 0
    ended=0
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" || ended=$?
    child=
}

# Starts the server on free ports, waits until it serves, and sets http, grpc and metrics to host:port of each.
start_server() { # what follows `autoglm serve`
    log=$box/log
    "$autoglm" serve "$@" --port 0 --grpc-port 0 --metrics-port 0 2>"$log" &
    child=$!
    local ready=
    for _ in $(seq 3000); do
        if [ "$(grep -cE '^(Listening on (http|grpc)|Metrics on)' "$log")" = 3 ]; then
            http=$(address_of 'Listening on http')
            grpc=$(address_of 'Listening on grpc')
            metrics=$(address_of 'Metrics on http')
            if curl --silent --fail --output /dev/null "http://$http/v2/health/ready"; then ready=1; break; fi
        fi
        kill -0 "$child" 2>/dev/null || break
        sleep 0.1
    done
    [ -n "$ready" ] || fail "The server is not ready." "$(tail -n 5 "$log")"
}

address_of() { sed -n "s|^$1://\([^;/]*\).*|\1|p" "$log"; }
