# SPDX-License-Identifier: Apache-2.0
"""A load of POST /v2/models/linear/infer for Locust, whose every answer is looked at.

    pip install locust
    locust -f bench/locust/serve.py --headless --host http://127.0.0.1:8000 --users 1000 --spawn-rate 500 --run-time 60s \\
        --processes 2

bench/serve.sh runs it (--measures locust) and writes the model. FastHttpUser is the quicker of Locust's clients; even so a
process makes a few thousand requests a second, so that wrk's figure stands beside it there.
"""
import json

from locust import FastHttpUser, constant, task

VALUES = [float(index % 5) for index in range(64)]
# Written once: what a load is busy with is taken from the server on the same processors.
BODY = json.dumps({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 64], "data": VALUES}]}).encode()
HEADERS = {"Content-Type": "application/json"}
EXPECTED = [sum(VALUES[row] * ((row * 8 + column) % 7 - 3) / 8 for row in range(64)) + column for column in range(8)]
# Bodies of answers that were read and are right.
right = set()


def is_right(body):
    if body not in right and json.loads(body)["outputs"][0]["data"] == EXPECTED:
        right.add(body)
    return body in right


class InferenceUser(FastHttpUser):
    wait_time = constant(0)

    @task
    def infer(self):
        with self.client.post(
            "/v2/models/linear/infer", data=BODY, headers=HEADERS, catch_response=True
        ) as reply:
            if reply.status_code != 200 or not is_right(reply.content):
                reply.failure(f"{reply.status_code}: {reply.text[:200]}")
