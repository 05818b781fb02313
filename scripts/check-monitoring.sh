#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks Examples/monitoring: the alert rules by promtool, with histories of metrics, and that every metric that the rules and
# the dashboard name is one that a server shows. AUTOGLM_BIN is our program (default .build/release/autoglm).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. bench/lib.sh

autoglm=${AUTOGLM_BIN:-.build/release/autoglm}
[ -x "$autoglm" ] || fail "There is no $autoglm." "Build it: swift build -c release --product autoglm"
command -v promtool >/dev/null || fail "promtool is missing." "On Debian: apt-get install prometheus"
(cd Examples/monitoring && promtool check rules alerts.yaml && promtool test rules alerts.test.yaml) >&2

model=$(scripts/fetch-model.sh)
work=$(mktemp -d)
printf 'models:\n  chat: {backend: local, model: %s}\n' "$model" >"$work/autoglm.yaml"
# Nobody listens at this endpoint: what becomes of telemetry is counted all the same.
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 AUTOGLM_TELEMETRY__STORE__PATH=$work/telemetry.sqlite "$autoglm" serve \
    --config "$work/autoglm.yaml" --telemetry --port 0 --grpc-port 0 --metrics-port 0 \
    --model-repository scripts/serving-models 2>"$work/log" &
child=$!
clean_up_with stop_child
for _ in $(seq 150); do
    [ "$(grep -cE '(Listening on http|Metrics on)' "$work/log")" -lt 2 ] || break
    kill -0 "$child" 2>/dev/null || fail "The server ended: $(cat "$work/log")"
    sleep 0.2
done
python3 - "$work/log" <<'PYTHON'
import json, re, sys, time, urllib.request

log = open(sys.argv[1]).read()
http, metrics = (re.search(pattern + r" (http://[^;\s/]*)", log).group(1) for pattern in ("Listening on", "Metrics on"))
body = {"model": "chat", "max_tokens": 4, "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
request = urllib.request.Request(f"{http}/v1/chat/completions", json.dumps(body).encode(), {"content-type": "application/json"})
urllib.request.urlopen(request).read()
text = urllib.request.urlopen(f"{http}/metrics").read().decode() + urllib.request.urlopen(f"{metrics}/metrics").read().decode()
shown = set(re.findall(r"^([a-z_]+)[{ ]", text, re.M)) | {"up"}
sources = {name: open(f"Examples/monitoring/{name}").read() for name in ("alerts.yaml", "dashboard.json")}
panels = json.loads(sources["dashboard.json"])["panels"]
expressions = [target["expr"] for panel in panels for target in panel["targets"]]
expressions += re.findall(r"expr: (?:\|\n)?((?:.|\n)*?)\n        (?:for|labels):", sources["alerts.yaml"])
named = {name for text in expressions for name in re.findall(r"\b(?:up|(?:http|gen_ai|nv|autoglm)_[a-z_]+)(?=[{\[ )]|$)", text)}
labels = {label for text in re.findall(r"^[a-z_]+\{(.*)\}", text, re.M) for label in re.findall(r'(\w+)="', text)}
unknown = sorted(name for name in named - shown - labels)
if unknown or len(named) < 20:
    sys.exit(f"error: no server shows {unknown}; {len(named)} metrics are named.")
print(f"  {len(named & shown)} metrics in {len(panels)} panels and the rules are all shown", file=sys.stderr)
PYTHON
step "✔ monitoring" "rules, their tests, and every metric's name"
