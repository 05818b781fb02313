#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures nats-py over a NATS server with JetStream, by the same events as `autoglm bench bus`; prints JSON.

Usage: nats_py.py URL MESSAGES
"""
import asyncio
import json
import statistics
import sys
import time
import uuid

import nats

SUBJECT = "bench.documents.read"
SAMPLES = 2000


def headers(number):
    return {"Nats-Msg-Id": str(number)}


async def rate(url, count):
    publisher, reader = await nats.connect(url), await nats.connect(url)
    done, read = asyncio.Event(), 0

    async def take(message):
        nonlocal read
        json.loads(message.data)
        read += 1
        if read == count:
            done.set()

    await reader.subscribe("bench.*.read", cb=take, pending_msgs_limit=-1, pending_bytes_limit=-1)
    await reader.flush()
    start = time.perf_counter()
    for number in range(count):
        await publisher.publish(SUBJECT, json.dumps(number).encode(), headers=headers(number))
        if number % 1000 == 999:  # Both sides share one thread.
            await asyncio.sleep(0)
    await publisher.flush(timeout=60)
    await asyncio.wait_for(done.wait(), 120)
    seconds = time.perf_counter() - start
    await publisher.close()
    await reader.close()
    return count / seconds


async def one_way(url):
    publisher, reader = await nats.connect(url), await nats.connect(url)
    subscription = await reader.subscribe(SUBJECT)
    await reader.flush()
    times = []
    for number in range(SAMPLES):
        start = time.perf_counter()
        await publisher.publish(SUBJECT, json.dumps(number).encode(), headers=headers(number))
        await subscription.next_msg(timeout=10)
        times.append((time.perf_counter() - start) * 1e6)
    await publisher.close()
    await reader.close()
    return statistics.median(times)


async def durable(url, count):
    """Appended with a receipt, delivered and acknowledged."""
    publisher, reader = await nats.connect(url), await nats.connect(url)
    name = f"bench-{uuid.uuid4().hex}"
    stream = publisher.jetstream()
    await stream.add_stream(name=name, subjects=[f"{name}.>"])
    subscription = await reader.jetstream().pull_subscribe(f"{name}.>", durable="reader", stream=name)

    async def publish():
        for first in range(0, count, 1000):
            await asyncio.gather(*(
                stream.publish(f"{name}.read", json.dumps(number).encode(), headers=headers(number), timeout=30)
                for number in range(first, min(first + 1000, count))))

    async def read():
        found = 0
        while found < count:
            messages = await subscription.fetch(1000, timeout=10)
            found += len(messages)
            await asyncio.gather(*(message.ack_sync(timeout=30) for message in messages))

    start = time.perf_counter()
    await asyncio.gather(publish(), read())
    seconds = time.perf_counter() - start
    await stream.delete_stream(name)
    await publisher.close()
    await reader.close()
    return count / seconds


async def main(url, count):
    print(json.dumps({
        "rate": await rate(url, count), "p50_us": await one_way(url), "durable_rate": await durable(url, count // 4)}))


if len(sys.argv) != 3:
    sys.exit(__doc__.strip())
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
