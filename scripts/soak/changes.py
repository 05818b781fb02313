# SPDX-License-Identifier: Apache-2.0
"""What happens to the server while clients ask it: models loaded anew, new versions, other keys, promotions."""
import json
import shutil
import time

from experiments import Refused

SUMS = {"name": "add_sub", "backend": "add_sub", "dynamic_batching": {},
        "input": [{"name": f"INPUT{i}", "data_type": "TYPE_INT32", "dims": [16]} for i in range(2)],
        "output": [{"name": f"OUTPUT{i}", "data_type": "TYPE_INT32", "dims": [16]} for i in range(2)]}


class Changes:
    def __init__(self, server):
        self.server, self.counts = server, {"reloads": 0, "versions": 0, "hang_ups": 0, "promotions": 0}
        self.keys, self.promoted, self.versions = 0, 1, {"add_sub": 1, "linear": 1, "echo": 1}

    def make(self, turn):
        """The next change; more of some kinds than of others."""
        if turn % 40 == 39:
            self.promote()
        elif turn % 20 == 19:
            self.change_keys()
        elif turn % 10 == 9:
            self.add_version(turn)
        elif turn % 10 == 4:
            self.unload()
        else:
            self.load_anew(turn)

    def post(self, path, body=None):
        status, answer = self.server.ask("POST", path, body or {})
        if status != 200:
            raise Refused(status, answer)
        return answer

    def load_anew(self, turn):
        sizes = {"max_batch_size": 8 + turn % 8}
        new = [{"name": "linear", "backend": "openvino", "dynamic_batching": {}, **sizes}, {**SUMS, **sizes},
               {"name": "echo", "backend": "pipeline"}][turn % 3]
        self.post(f"/v2/repository/models/{new['name']}/load", {"parameters": {"config": json.dumps(new)}})
        self.counts["reloads"] += 1

    def add_version(self, turn):
        """A new version takes the place of the one before, whose folder goes."""
        name = list(self.versions)[turn // 10 % 3]
        folder, old = self.server.box / "models" / name, self.versions[name]
        shutil.copytree(folder / str(old), folder / str(old + 1), dirs_exist_ok=True)
        self.post(f"/v2/repository/models/{name}/load")
        shutil.rmtree(folder / str(old))
        self.versions[name] += 1
        self.counts["versions"] += 1

    def unload(self):
        """A model that nobody else asks goes, cannot be asked, and comes back."""
        self.post("/v2/repository/models/texts/unload")
        status, _ = self.server.ask("GET", "/v2/models/texts/ready")
        assert status in (400, 404, 503), f"texts is unloaded, and ready: {status}"
        self.post("/v2/repository/models/texts/load")
        assert self.server.ask("GET", "/v2/models/texts/ready")[0] == 200, "texts is loaded, and not ready"
        self.counts["reloads"] += 1

    def change_keys(self):
        """A key of the file lets in after the server is told to read it, and no other does."""
        # Made again when the server goes away in between, it needs another name.
        self.keys += 1
        key = self.server.add_key(f"soak-{self.keys}")
        self.server.hang_up()
        end = time.monotonic() + 20
        while self.server.ask("GET", "/v1/models", key=key)[0] != 200:
            assert time.monotonic() < end, "a new key is not known after SIGHUP"
            time.sleep(0.05)
        assert self.server.ask("GET", "/v1/models", key="sk-autoglm-nobody")[0] == 401
        self.counts["hang_ups"] += 1

    def promote(self):
        other = 3 - self.promoted
        self.post("/v1/catalog/models/chat/promotions", {"version": other, "alias": "canary", "reason": "soak"})
        self.promoted = other
        self.counts["promotions"] += 1

    def missing(self):
        """How many promotions are not in the catalogue that the server had said to be."""
        _, history = self.server.ask("GET", "/v1/catalog/models/chat/history?alias=canary")
        events = history["events"]
        made = sum(event["kind"] == "promoted" for event in events)
        _, now = self.server.ask("GET", "/v1/catalog/models/chat/versions/canary")
        # The first promotion was made before the server began.
        return max(0, self.counts["promotions"] + 1 - made) + (now["version"] != self.promoted)
