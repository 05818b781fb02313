# SPDX-License-Identifier: Apache-2.0
"""Chats that stream over HTTP, each on a connection of its own: tokens a second of all, and the time to the first token."""
import http.client
import json
import statistics
import threading
import time

ANSWER_TOKENS = 64
THINGS = ["a lighthouse", "a clockmaker", "a mountain village", "an old ferry", "a chess player", "a garden in winter", "a lost letter",
          "the night train", "a violin", "two brothers", "a library", "a storm at sea", "a bakery", "the last bus", "a map", "a bridge"]
NOTES = ("Keep to the facts that the reader was given before. Describe the place first, then the people, then what they want from each "
         "other. Use plain words and whole sentences, name the hour of the day and the weather, and let nobody speak before the "
         "second paragraph. ")


def question(number):
    """A prompt of about 300 tokens that shares no beginning with the others."""
    topic = f"{THINGS[number % len(THINGS)]} and {THINGS[(number // len(THINGS)) % len(THINGS)]}, part {number}"
    return f"Story number {number}. Write a long story about {topic}. " + NOTES * 5


class Chat:
    """One answer: when its first text came, and how many tokens prompt and answer have."""

    def __init__(self, port, model, number):
        body = {"model": model, "messages": [{"role": "user", "content": question(number)}], "max_tokens": ANSWER_TOKENS,
                "temperature": 0, "stream": True, "stream_options": {"include_usage": True}}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        start = time.perf_counter()
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        reply = connection.getresponse()
        if reply.status != 200:
            raise ValueError(f"status {reply.status}: {reply.read()[:500]}")
        self.first, self.tokens, done = None, 0, False
        for line in reply:
            if not line.startswith(b"data: "):
                continue
            if line.startswith(b"data: [DONE]"):
                done = True
                continue
            event = json.loads(line[6:])
            choices = event.get("choices") or [{}]
            if self.first is None and (choices[0].get("delta") or {}).get("content"):
                self.first = time.perf_counter() - start
            if event.get("usage"):
                self.tokens = event["usage"]["prompt_tokens"] + event["usage"]["completion_tokens"]
        connection.close()
        if not done or self.first is None or not self.tokens:
            raise ValueError("an answer was cut, or has no usage")


def measure(port, model, chats=16, rounds=3):
    """Lets so many clients ask one question after the other; a round before warms up, and the clock starts when all have done it."""
    failures, answers, started = [], [], []
    barrier = threading.Barrier(chats, action=lambda: started.append(time.perf_counter()))

    def client(place):
        try:
            Chat(port, model, place)
            barrier.wait()
            for turn in range(1, rounds + 1):
                answers.append(Chat(port, model, turn * chats + place))
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            failures.append(repr(error))
            barrier.abort()
        except threading.BrokenBarrierError:
            pass

    clients = [threading.Thread(target=client, args=(place,)) for place in range(chats)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    if failures:
        raise ValueError(failures[0])
    seconds = time.perf_counter() - started[0]
    return {"tokens_per_second": sum(answer.tokens for answer in answers) / seconds,
            "ttft_ms": statistics.median(answer.first for answer in answers) * 1000}
