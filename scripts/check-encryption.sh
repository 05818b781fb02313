#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks `autoglm serve` with certificates against curl and openssl: HTTP/2 and HTTP/1.1, old versions, client certificates, reloading.
# AUTOGLM_BIN is our program (default .build/release/autoglm).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
for program in curl openssl; do command -v "$program" >/dev/null || fail "There is no $program." "apt install $program"; done
folder=$(mktemp -d)
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
        -keyout "$folder/$1.key" -out "$folder/$1.pem" 2>/dev/null
}
issue() { # NAME AUTHORITY
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$folder/$1.key" \
        -out "$folder/$1.csr" 2>/dev/null
    openssl x509 -req -in "$folder/$1.csr" -CA "$folder/$2.pem" -CAkey "$folder/$2.key" -CAcreateserial -days 1 \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$folder/$1.pem" 2>/dev/null
}
authority ours
authority others
issue server ours
issue client ours
issue stranger others
cat >"$folder/autoglm.yaml" <<YAML
models: {far: {backend: openai, model: x, url: 'http://127.0.0.1:9/v1'}}
server:
  http_port: 0
  grpc_port: 0
  metrics_port: 0
  tls: {certificate: $folder/server.pem, key: $folder/server.key, client_authorities: $folder/ours.pem}
YAML
log=$folder/log
"$autoglm" serve --config "$folder/autoglm.yaml" 2>"$log" &
child=$!
clean_up() { kill -TERM "$child" 2>/dev/null || true; wait "$child" 2>/dev/null || true; rm -rf "$folder"; }
trap clean_up EXIT
for _ in $(seq 150); do
    if [ "$(grep -cE '^(Listening on (https|grpcs)|Metrics on https)' "$log")" = 3 ]; then ready=1; break; fi
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$log")"
    sleep 0.2
done
[ -n "${ready:-}" ] || fail "The server does not say where it listens: $(cat "$log")"
port() { sed -n "s|^$1://[^:]*:\([0-9]*\).*|\1|p" "$log"; }
http=$(port 'Listening on https')
ask() { curl -sS --max-time 20 --cacert "$folder/ours.pem" -o /dev/null -w '%{http_code} %{http_version}' "$@" 2>/dev/null; }
mine=(--cert "$folder/client.pem" --key "$folder/client.key")
expect() { # WHAT WANTED GOT
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
    step "✔" "$1"
}
refused() { # WHAT ARGUMENTS…
    local what=$1
    shift
    if ask "$@" >/dev/null; then fail "$what is let in"; fi
    step "✔" "$what is refused"
}
expect "HTTP/2 where curl may choose" "200 2" "$(ask "${mine[@]}" --http2 "https://localhost:$http/v1/models")"
expect "HTTP/1.1 where it wants that" "200 1.1" "$(ask "${mine[@]}" --http1.1 "https://127.0.0.1:$http/v1/models")"
expect "a large body over HTTP/2" "413 2" "$(ask "${mine[@]}" --http2 -H 'Expect:' --data-binary @<(head -c 40000000 /dev/zero) \
    "https://localhost:$http/v1/chat/completions")"
expect "metrics" "200 2" "$(ask "${mine[@]}" "https://localhost:$(port 'Metrics on https')/metrics")"
refused "TLS 1.1" "${mine[@]}" --tls-max 1.1 "https://localhost:$http/health"
refused "a client without a certificate" "https://localhost:$http/health"
refused "a stranger's certificate" --cert "$folder/stranger.pem" --key "$folder/stranger.key" "https://localhost:$http/health"
refused "HTTP without encryption" "http://localhost:$http/health"
serial() {
    openssl s_client -connect "localhost:$1" -CAfile "$folder/ours.pem" -cert "$folder/client.pem" -key "$folder/client.key" \
        -alpn h2 </dev/null 2>/dev/null | openssl x509 -noout -serial
}
for port in "$http" "$(port 'Listening on grpcs')"; do
    expect "the certificate of port $port" "$(openssl x509 -noout -serial -in "$folder/server.pem")" "$(serial "$port")"
done
issue server ours
kill -HUP "$child"
for _ in $(seq 50); do if grep -q '^Reloaded' "$log"; then break; fi; sleep 0.1; done
for port in "$http" "$(port 'Listening on grpcs')"; do
    expect "the new one of port $port" "$(openssl x509 -noout -serial -in "$folder/server.pem")" "$(serial "$port")"
done
say "every check passed"
