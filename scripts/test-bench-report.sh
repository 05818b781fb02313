#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests bench/report.py and bench/orchestrator-report.py with results made here: the table, the last line's form, and what the
# first says of damaged results; and bench/process.py with small programs: what it measures, and that nothing outlives it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/lib.sh

box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
export PYTHONDONTWRITEBYTECODE=1
passed=0
failed=0

report() { # name, whether it passed, what was said
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf '✘ %s\n%s\n' "$1" "$3" >&2
    fi
}

# The results of a run with two turns of everything, in the forms that the programs print.
make_results() {
    rm -rf "$box/results" && mkdir "$box/results"
    python3 - "$box/results" <<'PYTHON'
import json, pathlib, sys

folder = pathlib.Path(sys.argv[1])


def write(name, *lines):
    folder.joinpath(name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def engine(**rows):
    return {"bench": "engine", "rows": [{"measure": name, "ours": ours, "peer": None} for name, ours in rows.items()]}


for turn in (1, 2):
    for form in ("q4_1", "q4_0", "q8_0"):
        write(f"prefill.{form}.{turn}.ours", engine(prefill_512=3000 + 100 * turn))
        write(f"prefill.{form}.{turn}.peer", [{"n_prompt": 512, "n_gen": 0, "avg_ts": 500.0}])
        write(f"decode.{form}.{turn}.ours", engine(decode_1=300))
        write(f"decode.{form}.{turn}.peer", [{"n_prompt": 0, "n_gen": 128, "avg_ts": 200.0}])
    write(f"streams.q4_1.{turn}.ours", engine(decode_16=1600, decode_32=2000))
    write(f"streams.q4_1.{turn}.peer", {"pl": 16, "speed_tg": 400.0}, {"pl": 32, "speed_tg": 400.0})
    write(f"mix.q4_1.{turn}.ours", engine(mix_16=2300))
    write(f"mix.q4_1.{turn}.peer", {"clients": 16, "tokens_per_second": 460.0})
    write(f"cached.q4_1.{turn}.ours", {"rows": [{"measure": "ttft_cached", "ours": 20.0, "cold_ms": 500.0}]})
    write(f"memory.q4_1.{turn}.ours", engine(peak_memory=600))
    write(f"memory.q4_1.{turn}.peer", {"peak_mb": 500.0, "output": json.dumps({"n_kv": 16384}) + "\n\n"})
    write(f"start.q4_1.{turn}-1.ours", {"first_output_ms": 70.0, "output": " Paris\n"})
    write(f"start.q4_1.{turn}-1.peer", {"first_output_ms": 100.0, "output": " Paris\n\n"})
PYTHON
}

run_report() { python3 bench/report.py "$box/results" 2 '0.0.0 (test)' 2>&1; }

# refuse NAME EXPECTED: with the results as they are now, the report must fail and say EXPECTED.
refuse() {
    local said status=0
    said=$(run_report) && status=1
    [[ $said == *"$2"* && $said != *Traceback* ]] || status=1
    report "$1" "$status" "$said"
    make_results
}

make_results
said=$(run_report)
report 'a complete run is reported' $? "$said"
said=$(run_report | python3 -c '
import json, sys
*table, last = sys.stdin.read().splitlines()
result = json.loads(last)
rows = {row["measure"]: row for row in result["rows"]}
assert result["bench"] == "llama" and result["machine"]["threads"] == 2 and result["machine"]["llama.cpp"] == "0.0.0 (test)"
assert list(rows) == ["prefill_512_q4_1", "prefill_512_q4_0", "prefill_512_q8_0", "decode_1_q4_1", "decode_1_q4_0",
                      "decode_1_q8_0", "decode_16_q4_1", "decode_32_q4_1", "mix_16_q4_1", "ttft_cached", "peak_memory",
                      "cold_start"], list(rows)
assert rows["prefill_512_q4_1"] == {"measure": "prefill_512_q4_1", "ours": 3150.0, "peer": 500.0, "ratio": 6.3,
                                    "unit": "tokens/s", "target": 5, "reached": True}, rows["prefill_512_q4_1"]
assert rows["decode_1_q4_1"]["reached"] is False and "target" not in rows["decode_1_q4_0"]
assert rows["decode_32_q4_1"]["ratio"] == 5 and rows["mix_16_q4_1"]["ratio"] == 5
assert rows["ttft_cached"] == {"measure": "ttft_cached", "ours": 20.0, "peer": None, "ratio": 0.04, "unit": "ms",
                               "better": "lower", "cold_ms": 500.0, "target": 0.05, "reached": True}, rows["ttft_cached"]
assert rows["peak_memory"]["ratio"] == 1.2 and rows["peak_memory"]["reached"] is False
assert rows["cold_start"]["ratio"] == 0.7 and rows["cold_start"]["better"] == "lower"
lines = {line.split()[0]: line for line in table}
assert "≥ 5 reached" in lines["prefill_512_q4_1"] and "≥ 2 missed" in lines["decode_1_q4_1"]
assert "≤ 1 missed" in lines["peak_memory"] and "lower is better" in lines["peak_memory"]
assert "cold 500.0 ms" in lines["ttft_cached"]
' 2>&1)
report 'the table and the last line have the form agreed on' $? "$said"

rm "$box"/results/[!p]*
said=$(run_report | tail -n 1 | python3 -c 'import json, sys; assert len(json.load(sys.stdin)["rows"]) == 3' 2>&1)
report 'a part of the measures gives a part of the rows' $? "$said"
make_results

results=$box/results
printf '{"rows": [' >"$results/mix.q4_1.2.ours" && refuse 'a result that was cut off' "$results/mix.q4_1.2.ours is not in the form"
printf '\377' >"$results/mix.q4_1.2.ours" && refuse 'a result that is no text' "$results/mix.q4_1.2.ours cannot be read"
printf '[]' >"$results/decode.q8_0.1.ours" && refuse 'a list where an object should be' "$results/decode.q8_0.1.ours is not"
printf '[]' >"$results/prefill.q4_0.1.peer" && refuse 'a result without its test' "prefill.q4_0.*.peer have 1 times 'prefill_512'"
printf '{"clients": 16, "tokens_per_second": null}' >"$results/mix.q4_1.1.peer" && refuse 'no number' 'mix_16 is None'
printf '{"clients": 16, "tokens_per_second": NaN}' >"$results/mix.q4_1.1.peer" && refuse 'not a number' 'mix_16 is nan'
printf '{"peak_mb": 1, "output": "{\\"n_kv\\": 512}"}' >"$results/memory.q4_1.1.peer"
refuse 'a context that was not filled' '512 tokens of context were filled'
printf '{"first_output_ms": 9, "output": " London\\n"}' >"$results/start.q4_1.1-1.ours"
refuse 'a wrong answer' "$results/start.q4_1.1-1.ours is not in the form agreed on (ValueError: the answer is 'London'"
rm "$results"/memory.q4_1.*.peer && refuse 'a side that is missing' "memory.q4_1.*.peer have 0 times 'peak_memory'"
touch "$results/odd.ours" && refuse 'a name in another form' "$results/odd.ours cannot be read"
cp "$results/mix.q4_1.1.ours" "$results/mix.q8_0.1.ours" && refuse 'a row that nobody knows' 'mix.q8_0, which belong to no row'
rm "$results"/* && refuse 'no results at all' "$results holds no results"

# The report of bench/orchestrator.sh: two turns of each side, and crashes.
orchestrator=$box/orchestrator
mkdir "$orchestrator"
ours() { printf '{"rows": [{"measure": "step_memory_us", "ours": %s}, {"measure": "long_run_growth_mb", "ours": 5}]}' "$1"; }
ours 4 >"$orchestrator/ours.1" && ours 6 >"$orchestrator/ours.2"
printf '{"step": 100}' >"$orchestrator/haystack.1" && printf '{"step": 120, "turn": 1}' >"$orchestrator/langgraph.1"
printf '{"runs": 400, "kills": 90, "crash_lost": 0, "crash_doubled": 1, "crash_repeated": 7}' >"$orchestrator/ours.crashes"
said=$(python3 bench/orchestrator-report.py "$orchestrator" 3.0 1.2 | python3 -c '
import json, sys
*table, last = sys.stdin.read().splitlines()
rows = {row["measure"]: row for row in json.loads(last)["rows"]}
assert list(rows) == ["step_memory_haystack", "step_memory_langgraph", "step_memory_us", "long_run_growth_mb", "crash_lost",
                      "crash_doubled"], list(rows)
assert rows["step_memory_haystack"]["ratio"] == 20 and rows["step_memory_haystack"]["reached"] is True
assert rows["step_memory_us"]["ours"] == 5 and rows["step_memory_us"]["unit"] == "µs"
assert rows["long_run_growth_mb"]["reached"] is False and rows["crash_lost"]["reached"] is True
assert rows["crash_doubled"] == {"measure": "crash_doubled", "ours": 1, "peer": None, "unit": "steps", "better": "lower",
                                 "runs": 400, "kills": 90, "target": 0, "reached": False}, rows["crash_doubled"]
assert "missed" in [line for line in table if line.startswith("crash_doubled")][0]
' 2>&1)
report 'the report on pipelines has its rows' $? "$said"

said=$(python3 bench/process.py sh -c 'echo Paris' | python3 -c '
import json, sys
result = json.load(sys.stdin)
assert result["output"] == "Paris\n" and 0 < result["first_output_ms"] <= result["wall_ms"] and result["peak_mb"] > 0
' 2>&1)
report 'a process is measured' $? "$said"
said=$(python3 bench/process.py sh -c 'exit 3' 2>&1) && status=1 || status=0
[[ $said == *'sh ended with status 3'* ]] || status=1
report 'a process that fails is an error' "$status" "$said"
# Whether a process ends soon; one that is dead but not collected yet has ended, too.
has_ended() {
    for _ in {1..100}; do
        [[ $(ps -o stat= -p "$1") == [A-Y]* ]] || return 0
        sleep 0.1
    done
    return 1
}
mkfifo "$box/id"
python3 bench/process.py sh -c 'echo $$ >"$1"; exec cat "$1"' sh "$box/id" >"$box/said" 2>&1 &
outer=$!
read -r inner <"$box/id"
kill "$outer"
wait "$outer"
[ "$?" = 143 ] && has_ended "$inner"
report 'a process ends with the program that measures it' $? "$(cat "$box/said")"

printf 'bench report tests: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
