#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What events cost without a bus: an HTTP server takes them one by one, and clients ask every 50 ms what is new; prints JSON.

Usage: polling.py MESSAGES
The server is a process of its own; connections are kept open on both sides, and an answer has everything that is new.
"""
import http.client
import http.server
import json
import multiprocessing
import statistics
import sys
import threading
import time

INTERVAL = 0.05
CLIENTS = 4
SAMPLES = 40


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    events, lock = [], threading.Lock()

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with Handler.lock:
            Handler.events.append(event)
        self.answer(None)

    def do_GET(self):
        first = int(self.path.rpartition("=")[2])
        with Handler.lock:
            found = Handler.events[first:]
        self.answer(found)

    def log_message(self, *arguments):
        pass


def serve(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def exchange(connection, method, path, value=None):
    connection.request(method, path, None if value is None else json.dumps(value))
    return json.loads(connection.getresponse().read())


def poll(port, first, count, taken):
    """Asks again and again until so many events have come, each of which is given to `taken`."""
    connection, seen = http.client.HTTPConnection("127.0.0.1", port), 0
    while seen < count:
        for event in exchange(connection, "GET", f"/events?after={first + seen}"):
            seen += 1
            taken(event)
        if seen < count:
            time.sleep(INTERVAL)


def main(count):
    ports = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    port = ports.get(timeout=30)
    publisher = http.client.HTTPConnection("127.0.0.1", port)

    pollers = [threading.Thread(target=poll, args=(port, 0, count, lambda _: None)) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for poller in pollers:
        poller.start()
    for number in range(count):
        exchange(publisher, "POST", "/events", number)
    for poller in pollers:
        poller.join()
    rate = count / (time.perf_counter() - start)

    times = []
    poller = threading.Thread(
        target=poll, args=(port, count, SAMPLES, lambda sent: times.append((time.perf_counter() - sent) * 1e6)))
    poller.start()
    for number in range(SAMPLES):
        exchange(publisher, "POST", "/events", time.perf_counter())
        time.sleep(INTERVAL * (0.5 + number % 11 / 10))  # at all moments between two questions
    poller.join()
    server.kill()
    print(json.dumps({"rate": rate, "p50_us": statistics.median(times), "interval_ms": INTERVAL * 1000, "clients": CLIENTS}))


if len(sys.argv) != 2:
    sys.exit(__doc__.strip())
if __name__ == "__main__":
    main(int(sys.argv[1]))
