#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets clients ask llama-server continuously and prints one line of JSON with the tokens/s of prompts and answers together.

Usage: mix.py --server PROGRAM --model FILE --prompts FILE [--threads N] [--clients N] [--requests N]
The prompts are those of `autoglm bench prompts --output json`. Each client asks again as soon as it is answered. The first
answers, as many as there are clients, warm up; then so many requests are measured, while the clients go on asking.
What is half done when the clock starts is counted when it ends, what is half done when the clock stops is not.
"""
import argparse
import http.client
import json
import pathlib
import re
import sys
import tempfile
import threading
import time

import children

ANSWER_TOKENS = 64


class Ledger:
    """Hands out prompts and counts answers; every client uses it."""

    def __init__(self, prompts, warm_up, requests):
        self.lock, self.closed = threading.Lock(), threading.Event()
        self.prompts, self.warm_up, self.requests = prompts, warm_up, requests
        self.asked = self.answered = self.tokens = 0
        self.start = self.end = self.error = None

    def next_prompt(self):
        with self.lock:
            self.asked += 1
            return self.prompts[(self.asked - 1) % len(self.prompts)]

    def enter(self, tokens):
        with self.lock:
            if self.closed.is_set():
                return
            self.answered += 1
            if self.answered > self.warm_up:
                self.tokens, self.end = self.tokens + tokens, time.perf_counter()
            elif self.answered == self.warm_up:
                self.start = time.perf_counter()
            if self.answered == self.warm_up + self.requests:
                self.closed.set()

    def fail(self, error):
        with self.lock:
            self.error = self.error or error
            self.closed.set()


def request(prompt):
    # The cheapest way to the most likely token; the text never ends by itself.
    return json.dumps({"prompt": prompt, "n_predict": ANSWER_TOKENS, "cache_prompt": False, "ignore_eos": True,
                       "temperature": 0, "top_k": 1, "samplers": ["top_k"], "stream": False})


def ask(address, ledger):
    """One client: asks until the ledger is closed."""
    connection = http.client.HTTPConnection(*address, timeout=300)
    while not ledger.closed.is_set():
        prompt = ledger.next_prompt()
        try:
            connection.request("POST", "/completion", request(prompt), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            if response.status != 200:
                raise ValueError(f"status {response.status}: {answer}")
            counts = [answer["tokens_predicted"], answer["timings"]["prompt_n"]]
            if counts != [ANSWER_TOKENS, len(prompt)]:
                raise ValueError(f"generated and computed {counts} tokens, not {[ANSWER_TOKENS, len(prompt)]}")
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            return ledger.fail(f"{error!r}")
        ledger.enter(sum(counts))


def address_of(server, log):
    """Where the server listens, as soon as it does; it says so in its log."""
    while server.poll() is None:
        found = re.search(r"listening on http://([\d.]+):(\d+)", log.read_text(errors="replace"))
        if found:
            return found.group(1), int(found.group(2))
        time.sleep(0.05)
    sys.exit(f"error: llama-server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def main(options):
    prompts = json.loads(pathlib.Path(options.prompts).read_text())["prompts"]
    ledger = Ledger(prompts, options.clients, options.requests)
    context = options.clients * -(-(max(map(len, prompts)) + ANSWER_TOKENS) // 256) * 256
    command = [options.server, "-m", options.model, "--host", "127.0.0.1", "--port", "0", "-np", str(options.clients),
               "-c", str(context), "-t", str(options.threads), "-tb", str(options.threads), "--no-cache-prompt",
               "--cache-ram", "0", "--no-ui", "--offline"]
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "server.log")
        with log.open("wb") as output, children.running(command, stdout=output, stderr=output) as server:
            address = address_of(server, log)
            for _ in range(options.clients):
                threading.Thread(target=ask, args=(address, ledger), daemon=True).start()
            while not ledger.closed.wait(timeout=1):
                if server.poll() is not None:
                    ledger.fail(f"llama-server ended:\n{log.read_text(errors='replace')[-2000:]}")
            if ledger.error:
                sys.exit(f"error: {ledger.error}")
    rate = ledger.tokens / (ledger.end - ledger.start)
    print(json.dumps({"clients": options.clients, "requests": options.requests, "tokens": ledger.tokens,
                      "tokens_per_second": round(rate, 2)}))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
for name in ("--server", "--model", "--prompts"):
    parser.add_argument(name, required=True)
for name, default in (("--threads", 2), ("--clients", 16), ("--requests", 32)):
    parser.add_argument(name, type=int, default=default)
main(parser.parse_args())
