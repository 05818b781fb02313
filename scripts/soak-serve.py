#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a server's models while they are loaded anew (see soak-serve.sh).

Usage: soak-serve.py URL PID RELOADS
"""
import http.client
import json
import os
import sys
import threading
import urllib.parse

ADDRESS = urllib.parse.urlsplit(sys.argv[1]).netloc
PID, RELOADS = sys.argv[2], int(sys.argv[3])
CLIENTS = 12
over = threading.Event()
lock = threading.Lock()
counts = {"requests": 0, "lost": 0, "wrong": 0}
examples = []


def post(connection, path, body):
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"{}")


def tensor(name, datatype, shape, data):
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def outputs(answer):
    return {output["name"]: output["data"] for output in answer["outputs"]}


def question(model, number):
    """What is asked, and whether an answer is right."""
    if model == "echo":
        return ([tensor("text", "BYTES", [1], [f"word {number}"])],
                lambda got: got["output"] == [f"You said word {number}."])
    if model == "linear":
        rows = [[(number + column) % 7 - 3.0 for column in range(64)]]
        return [tensor("INPUT0", "FP32", [1, 64], rows[0])], lambda got: near(got["OUTPUT0"], linear(rows))
    left, right = list(range(number, number + 16)), [number % 5] * 16
    names = ("INPUT0", "INPUT1")
    return ([tensor(name, "INT32", [1, 16], data) for name, data in zip(names, (left, right))],
            lambda got: got["OUTPUT0"] == [a + b for a, b in zip(left, right)])


known = {}


def linear(rows):
    """What the model gave when nothing was loaded anew: each row begins at one of seven numbers."""
    return known[int(rows[0][0])]


def near(left, right):
    return len(left) == len(right) and all(abs(a - b) <= 1e-3 for a, b in zip(left, right))


def learn():
    connection = http.client.HTTPConnection(ADDRESS, timeout=60)
    for number in range(7):
        inputs, _ = question("linear", number)
        status, answer = post(connection, "/v2/models/linear/infer", {"inputs": inputs})
        if status != 200:
            sys.exit(f"linear: {status} {answer}")
        known[int(inputs[0]["data"][0])] = outputs(answer)["OUTPUT0"]


def ask(model, start):
    connection = http.client.HTTPConnection(ADDRESS, timeout=60)
    number = start
    while not over.is_set():
        number += 1
        inputs, is_right = question(model, number)
        try:
            status, answer = post(connection, f"/v2/models/{model}/infer", {"inputs": inputs})
            kind = "lost" if status != 200 else "requests" if is_right(outputs(answer)) else "wrong"
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            kind, status, answer = "lost", 0, repr(error)
            connection = http.client.HTTPConnection(ADDRESS, timeout=60)
        with lock:
            counts[kind] += 1
            if kind != "requests" and len(examples) < 5:
                examples.append(f"{model}: {kind}, {status} {answer}")


def state():
    """Resident memory in MiB, and how many files are open."""
    with open(f"/proc/{PID}/status", encoding="ascii") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return memory / 1024, len(os.listdir(f"/proc/{PID}/fd"))


def configuration(turn):
    sizes = {"name": "linear", "backend": "openvino", "max_batch_size": 8 + turn % 8, "dynamic_batching": {}}
    sums = {"name": "add_sub", "backend": "add_sub", "max_batch_size": 8 + turn % 8, "dynamic_batching": {},
            "input": [{"name": f"INPUT{i}", "data_type": "TYPE_INT32", "dims": [16]} for i in range(2)],
            "output": [{"name": f"OUTPUT{i}", "data_type": "TYPE_INT32", "dims": [16]} for i in range(2)]}
    return [sizes, sums, {"name": "echo", "backend": "pipeline"}][turn % 3]


def chat():
    """What the pipeline answers as a chat model, which is in the list of models."""
    connection = http.client.HTTPConnection(ADDRESS, timeout=60)
    connection.request("GET", "/v1/models")
    names = [model["id"] for model in json.loads(connection.getresponse().read())["data"]]
    question = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}
    status, answer = post(connection, "/v1/chat/completions", question)
    return answer["choices"][0]["message"]["content"] if status == 200 and "echo" in names else f"{status} {answer} {names}"


learn()
answered = chat()
models = ["linear", "add_sub", "echo"]
threads = [threading.Thread(target=ask, args=(models[client % 3], client * 1000)) for client in range(CLIENTS)]
for thread in threads:
    thread.start()
control = http.client.HTTPConnection(ADDRESS, timeout=60)
failed, first = 0, None
settled = max(30, RELOADS // 3)
for turn in range(RELOADS):
    new = configuration(turn)
    status, answer = post(control, f"/v2/repository/models/{new['name']}/load",
                          {"parameters": {"config": json.dumps(new)}})
    if status != 200:
        failed += 1
        examples.append(f"load {new['name']}: {status} {answer}")
    if turn + 1 == settled:
        first = state()
last = state()
over.set()
for thread in threads:
    thread.join()
memory, files = (first or last), last[1]
print("\n".join(examples), file=sys.stderr)
print(json.dumps({"soak": "serve", "reloads": RELOADS, "failed_reloads": failed, **counts, "chat": answered,
                  "memory_mib": [round(memory[0], 1), round(last[0], 1)], "files": [memory[1], files]}))
grown = last[0] > memory[0] * 1.15 + 16
sys.exit(1 if failed or counts["lost"] or counts["wrong"] or grown or files > memory[1] + 8 or counts["requests"] < RELOADS else 0)
