#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends inputs through the websockets library as its users do. Usage: with_websockets.py AUTOGLM"""
import asyncio
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile

import websockets
from websockets.asyncio.client import connect

KEY = "secret"
TABLE = """
queue: {watermark: 0s}
routes:
  - {handler: read-audio, modality: audio, options: {transcript: false}}
  - {handler: parse-text}
"""
RECORDING = "Tests/MediaRecognitionTests/Fixtures/stereo.wav"
HEADERS = {"Authorization": f"Bearer {KEY}"}


async def texts_and_media(url):
    with open(RECORDING, "rb") as file:
        recording = file.read()
    async with connect(f"{url}?source=microphone&replies=true", additional_headers=HEADERS) as socket:
        await socket.send(recording)
        reply = json.loads(await socket.recv())
        assert reply == {"source": "microphone", "modality": "audio", "dropped": False}, reply
        await socket.send(json.dumps({"text": "The train leaves at 10:30.", "source": "chat"}))
        assert json.loads(await socket.recv())["source"] == "chat"
        # Pieces become fragments of one message, and announcements hold for what follows.
        await socket.send(json.dumps({"source": "camera", "timestamp_ns": 1000}))
        await socket.send(["Platform ", "9 ", "closes."])
        assert json.loads(await socket.recv()) == {"source": "camera", "modality": "text", "dropped": False}


async def pings(url):
    async with connect(url, additional_headers=HEADERS, compression="deflate") as socket:
        assert await asyncio.wait_for(await socket.ping(), 10) >= 0
        assert not socket.protocol.extensions, "an extension was agreed on"


async def refusals(url):
    for message, code in [(b"\xff\x00", 1003), ("{", 1007), ('{"source": "a]"}', 1008), (bytes((32 << 20) + 1), 1009)]:
        async with connect(url, additional_headers=HEADERS, max_size=None) as socket:
            try:
                await socket.send(message)
                await asyncio.wait_for(socket.recv(), 20)
            except websockets.ConnectionClosed as closed:
                assert closed.rcvd and closed.rcvd.code == code and closed.rcvd.reason, (code, closed)
            else:
                raise AssertionError(f"{message[:20]} was answered")


async def doors(url):
    for headers, origin, status in [({}, None, 401), (HEADERS, "https://elsewhere.example", 403)]:
        try:
            async with connect(url, additional_headers=headers, origin=origin):
                raise AssertionError("it was let in")
        except websockets.InvalidStatus as refusal:
            assert refusal.response.status_code == status, refusal


async def ending(url, server):
    async with connect(url, additional_headers=HEADERS) as socket:
        server.terminate()
        try:
            await asyncio.wait_for(socket.recv(), 20)
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd and closed.rcvd.code == 1001, closed


async def main():
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "table.yaml")
        with open(table, "w", encoding="utf-8") as file:
            file.write(TABLE)
        server = subprocess.Popen(
            [sys.argv[1], "inputs", "run", table, "--listen", "127.0.0.1:0", "--output", "json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "AUTOGLM_INPUTS_KEY": KEY})
        try:
            line = server.stderr.readline()
            url = f"ws://127.0.0.1:{re.search(r':([0-9]+)/v1/inputs', line).group(1)}/v1/inputs/stream"
            for check in [texts_and_media, pings, refusals, doors]:
                await check(url)
                print(f"websockets: {check.__name__.replace('_', ' ')}: fine")
            await ending(url, server)
            # What waited for its turn came out before the end.
            lines = [json.loads(line) for line in server.communicate(timeout=30)[0].splitlines()]
            found = {(line["source"], line["modality"], line.get("text")) for line in lines}
            assert {("microphone", "audio", None), ("chat", "text", "The train leaves at 10:30."),
                    ("camera", "text", "Platform 9 closes.")} <= found, found
            print("websockets: ending: fine")
        finally:
            server.kill()
            server.wait()
    print(f"websockets {importlib.metadata.version('websockets')} works.")


asyncio.run(main())
