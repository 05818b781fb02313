# SPDX-License-Identifier: Apache-2.0
"""Mixed load on one server, first in one life with reloads, then through kills and drains (see soak-clients.sh).

Usage: run.py PROGRAM FOLDER ENCODER CLIENTS --minutes N
"""
import argparse
import json
import random
import statistics
import sys
import threading
import time

import clients
from changes import Changes
from clients import Cut, Known, Wrong
from experiments import Experiments, Pipelines
from server import Server

# How long a request may be asked again while the server comes and goes.
PATIENCE = 90
AWAY_STATUS = {502, 503, 529}
# Statuses that tritonclient tells in its message, and what libraries say of connections that end.
AWAY_WORDS = (
    "[503]", "UNAVAILABLE", "CANCELLED", "Connection reset", "Connection refused", "Connection error", "Connection aborted",
    "connection closed", "connection was closed", "Socket closed", "RST_STREAM", "GOAWAY", "Server disconnected",
    "Failed to connect", "peer closed", "incomplete", "StatusCode.UNKNOWN", "Stream removed", "recvmsg", "Broken pipe")


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def is_away(error):
    """Whether an error says that the server is not there, or went away before its answer was whole."""
    for one in chain(error):
        if isinstance(one, (Cut, ConnectionError, EOFError)) or getattr(one, "status_code", None) in AWAY_STATUS:
            return True
        if any(word in f"{type(one).__name__} {one}" for word in AWAY_WORDS):
            return True
    return False


class Tally:
    """What came of requests."""

    def __init__(self):
        self.lock, self.requests, self.again, self.kinds, self.examples = threading.Lock(), 0, 0, {"lost": 0, "wrong": 0}, []

    def right(self):
        with self.lock:
            self.requests += 1

    def retried(self):
        with self.lock:
            self.again += 1

    def bad(self, kind, what):
        with self.lock:
            self.kinds[kind] += 1
            if len(self.examples) < 20:
                self.examples.append(f"{kind}: {what}")
                print(f"  {kind}: {what}", file=sys.stderr)


class Soak:
    def __init__(self, arguments):
        self.server, self.tally = Server(arguments.program, arguments.folder, arguments.encoder), Tally()
        self.seconds, self.over, self.begun = arguments.minutes * 60, threading.Event(), time.monotonic()
        self.kills, self.drains, self.random, self.samples = 0, 0, random.Random(arguments.seed), []
        self.server.start()
        known = Known(self.server)
        self.known, self.changes = known, Changes(self.server)
        self.experiments = Experiments(self.server, known)
        server = self.server
        self.clients = {
            "openai": clients.OpenAIChat(server, known), "openai-2": clients.OpenAIChat(server, known, start=3),
            "anthropic": clients.AnthropicMessages(server, known), "ollama": clients.OllamaChat(server, known),
            "langchain": clients.LangChain(server, known), "embeddings": clients.Embeddings(server, known),
            "llm": clients.LLMProgram(server, known, arguments.clients),
            "triton-http": clients.TritonHTTP(server, known), "triton-grpc": clients.TritonGRPC(server, known),
            "triton-async": clients.TritonAsync(server, known), "experiments": self.experiments,
            "pipelines": Pipelines(server),
        }

    def at(self, share):
        """Whether this share of the time is over."""
        return time.monotonic() - self.begun > self.seconds * share

    # Clients

    def work(self, name):
        number = 0
        while not self.over.is_set():
            number += 1
            self.until_answered(name, number)

    def until_answered(self, name, number):
        client, end = self.clients[name], time.monotonic() + PATIENCE
        while True:
            # A request that began while the server was mortal may be asked again.
            is_mortal = self.server.is_mortal
            try:
                client.ask(number)
                return self.tally.right()
            except Wrong as error:
                return self.tally.bad("wrong", f"{name}: {error}")
            except Exception as error:  # whatever a library throws is what its user gets
                is_mortal = is_mortal or self.server.is_mortal
                if not is_mortal or not is_away(error) or time.monotonic() > end:
                    return self.tally.bad("lost", f"{name}: {' <- '.join(f'{type(one).__name__} {one}' for one in chain(error))[:600]}")
                self.tally.retried()
                time.sleep(0.1)

    # What happens to the server

    def change(self):
        """Makes change after change, each until it is made."""
        turn = 0
        while not self.over.is_set():
            try:
                self.changes.make(turn)
            except Exception as error:
                if self.server.is_mortal and (is_away(error) or isinstance(error, OSError)):
                    time.sleep(0.1)
                    continue
                self.tally.bad("lost", f"change {turn}: {error!r}")
            turn += 1
            time.sleep(0.25)

    def live(self):
        """One life: nothing may be lost, and memory must stay where it is once everything was loaded a few times."""
        while not self.at(0.5):
            time.sleep(1)
            self.samples.append((time.monotonic() - self.begun, self.server.memory()))
            self.progress()

    def die(self):
        """Kills and drains; every request is answered in the end, also those that the last life has to answer."""
        self.server.is_mortal = True
        while not self.at(1):
            self.wait(self.random.uniform(2, 12))
            if self.random.random() < 0.3:
                self.drain()
            else:
                self.server.kill()
                self.kills += 1
            self.wait(self.random.uniform(0, 1))
            self.server.start()

    def drain(self):
        """Asks the server to end while an answer is being read, which must come to its end."""
        try:
            begun, ended = threading.Event(), []
            reader = threading.Thread(target=self.read_through, args=(begun, ended))
            reader.start()
            begun.wait(60)
            status = self.server.drain()
            reader.join()
            if status not in (0, 143, -15):
                self.tally.bad("lost", f"drain: the server ended with status {status}")
            if ended != [True]:
                self.tally.bad("lost", f"drain: an answer in progress did not end: {ended}")
        finally:
            self.drains += 1

    def read_through(self, begun, ended):
        try:
            text, reason = "", None
            for chunk in clients.openai_client(self.server).chat.completions.create(
                    model=clients.MODEL, messages=clients.said(clients.PROMPTS[2]), max_tokens=clients.LENGTH,
                    temperature=0, stream=True):
                begun.set()
                text += chunk.choices[0].delta.content or ""
                reason = chunk.choices[0].finish_reason or reason
            ended.append(reason is not None and text == self.known.chats[clients.PROMPTS[2]])
        except Exception as error:
            ended.append(repr(error))
        begun.set()

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            self.progress()

    last_line = 0

    def progress(self):
        if time.monotonic() - self.last_line < 10:
            return
        self.last_line = time.monotonic()
        tally, counts = self.tally, self.changes.counts
        print(f"  {self.last_line - self.begun:5.0f} s: {tally.requests} answers, {tally.kinds['lost']} lost, "
              f"{tally.kinds['wrong']} wrong, {tally.again} asked again; {counts['reloads']} reloads, {counts['versions']} "
              f"versions, {counts['hang_ups']} SIGHUPs, {counts['promotions']} promotions, {self.kills} kills, "
              f"{self.drains} drains; {self.samples[-1][1] if self.samples else 0:.0f} MiB", file=sys.stderr, flush=True)

    def run(self):
        self.begun = time.monotonic()
        workers = [threading.Thread(target=self.work, args=(name,)) for name in self.clients]
        workers.append(threading.Thread(target=self.change))
        for worker in workers:
            worker.start()
        try:
            self.live()
            self.die()
        finally:
            self.over.set()
            for worker in workers:
                worker.join()
        return self.report()

    def report(self):
        for what, missing in [("experiments", self.experiments.missing()), ("catalogue", self.changes.missing())]:
            if missing:
                self.tally.bad("lost", f"{what}: {missing} of what was said to be kept is not there")
        status = self.server.drain()
        if status not in (0, 143, -15):
            self.tally.bad("lost", f"the server ended with status {status}: {self.server.last_words()}")
        length = self.seconds / 2
        first = [memory for at, memory in self.samples if length * 0.3 <= at <= length * 0.5]
        last = [memory for at, memory in self.samples if length * 0.8 <= at]
        growth = statistics.median(last) - statistics.median(first)
        tally = self.tally
        print(json.dumps({
            "soak_lost": tally.kinds["lost"], "soak_wrong": tally.kinds["wrong"], "soak_requests": tally.requests,
            "soak_asked_again": tally.again, "soak_reloads": self.changes.counts["reloads"],
            "soak_versions": self.changes.counts["versions"], "soak_hang_ups": self.changes.counts["hang_ups"],
            "soak_promotions": self.changes.counts["promotions"], "soak_kills": self.kills, "soak_drains": self.drains,
            "soak_memory_mb": round(statistics.median(last), 1), "soak_memory_growth_mb": round(growth, 1)}))
        is_flat = growth <= 16 + 0.05 * statistics.median(first)
        return 0 if tally.requests and not any(tally.kinds.values()) and is_flat else 1


def main():
    parser = argparse.ArgumentParser()
    for name in ["program", "folder", "encoder", "clients"]:
        parser.add_argument(name)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    soak = Soak(parser.parse_args())
    try:
        return soak.run()
    finally:
        if soak.server.process.poll() is None:
            soak.server.kill()


sys.exit(main())
