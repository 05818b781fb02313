# SPDX-License-Identifier: Apache-2.0
"""A load of POST /v2/models/add_sub/infer for Locust.

    pip install locust
    locust -f bench/locust/serve.py --headless --host http://127.0.0.1:8000 --users 1000 --spawn-rate 200 --run-time 60s \\
        --processes 2

FastHttpUser is the quicker of Locust's clients; even so one process makes a few thousand requests a second, so that the
server's own figures come from bench/serve.sh.
"""
from locust import FastHttpUser, constant, task

NUMBERS = list(range(16))
BODY = {"inputs": [{"name": name, "datatype": "INT32", "shape": [1, 16], "data": NUMBERS} for name in ("INPUT0", "INPUT1")]}


class InferenceUser(FastHttpUser):
    wait_time = constant(0)

    @task
    def infer(self):
        with self.client.post("/v2/models/add_sub/infer", json=BODY, catch_response=True) as reply:
            if reply.status_code != 200 or reply.json()["outputs"][0]["data"] != [2 * n for n in NUMBERS]:
                reply.failure(f"{reply.status_code}: {reply.text[:200]}")
