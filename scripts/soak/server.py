# SPDX-License-Identifier: Apache-2.0
"""The server under test: its files, its lives, and what is known of it from outside."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
ECHO = """pipeline: echo
inputs: {text: {type: string}}
steps:
  - {id: said, uses: output, with: {value: "You said ${inputs.text}."}}
"""
EXPERIMENT = """experiment: greeting
arms:
  - {name: plain, weight: 50, settings: {model: smollm2}}
  - {name: canary, weight: 50, settings: {model: "chat@canary"}}
metrics: [{name: liked, kind: proportion, goal: increase}]
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Server:
    """Life after life of one `autoglm serve` on the same ports and files."""

    def __init__(self, program, box, encoder):
        self.program, self.box, self.log = program, pathlib.Path(box), pathlib.Path(box, "log")
        self.ports = free_ports(3)
        self.http, self.grpc = (f"127.0.0.1:{port}" for port in self.ports[:2])
        self.url = f"http://{self.http}"
        self.environment = {**os.environ, "XDG_STATE_HOME": str(self.box / "state")}
        self.process, self.is_up = None, False
        self.box.mkdir(parents=True)
        # Whether the server may be away: then clients ask again, as their protocols allow.
        self.is_mortal = False
        self.key = self.add_key("soak")
        self.lay_out(encoder)

    # Files

    def lay_out(self, encoder):
        models = self.box / "models"
        shutil.copytree(ROOT / "scripts/serving-models", models)
        (models / "linear/1").mkdir(parents=True)
        shutil.copy(ROOT / "Tests/ServingCoreTests/Fixtures/onnx/linear.onnx", models / "linear/1/model.onnx")
        (models / "echo/1").mkdir(parents=True)
        (models / "echo/1/pipeline.yaml").write_text(ECHO)
        (self.box / "echo.yaml").write_text(ECHO)
        (self.box / "greeting.yaml").write_text(EXPERIMENT)
        configuration = {
            "models": {"smollm2": {"backend": "local", "model": "smollm2"},
                       "encoder": {"backend": "local", "model": encoder}},
            "catalog": {"store": f"{box(self, 'catalog.sqlite')}", "artefacts": box(self, "artefacts"),
                        "models": box(self, "served"), "serve": ["chat@canary"]},
            "experiments": {"store": box(self, "experiments.sqlite"), "definitions": [box(self, "greeting.yaml")],
                            "review": "1s"},
            "server": {
                "http_port": self.ports[0], "grpc_port": self.ports[1], "metrics_port": self.ports[2],
                "model_repository": str(models), "model_control_mode": "explicit", "load_models": "*",
                "pipelines": [box(self, "echo.yaml")], "access": {"keys_file": box(self, "keys.yaml")},
            },
        }
        # JSON is YAML.
        (self.box / "autoglm.yaml").write_text(json.dumps(configuration))
        model = self.run("models", "register", "chat", self.default_model(), "--summary", "one", *self.catalog())
        assert "chat:1" in model, model
        self.run("models", "register", "chat", self.default_model(), "--summary", "another", *self.catalog())
        self.run("models", "promote", "chat:1", "--to", "canary", *self.catalog())

    def default_model(self):
        return subprocess.run(
            [ROOT / "scripts/fetch-model.sh"], check=True, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout.strip()

    def catalog(self):
        return "--catalog", box(self, "catalog.sqlite"), "--artefacts", box(self, "artefacts"), "--by", "soak"

    def run(self, *arguments):
        done = subprocess.run(
            [self.program, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def add_key(self, name):
        """A key that the server knows once it has read its file again."""
        done = subprocess.run(
            [self.program, "keys", "new", "--name", name, "--scope", "inference", "--scope", "admin"], check=True,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # Whoever reads the file sees it before or after, never half.
        file, new = self.box / "keys.yaml", self.box / "keys.new"
        new.write_text((file.read_text() if file.exists() else "") + done.stdout)
        new.rename(file)
        return re.search(r"sk-autoglm-\S+?(?=\.?\s*$)", done.stderr).group()

    # Lives

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--config", str(self.box / "autoglm.yaml")], stderr=log, cwd=ROOT,
                env=self.environment)
        end = time.monotonic() + 60
        while not self.is_ready():
            assert self.process.poll() is None, f"The server ended with {self.process.returncode}: {self.last_words()}"
            assert time.monotonic() < end, f"The server is not ready: {self.last_words()}"
            time.sleep(0.05)
        self.is_up = True

    def is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.ports[1]), timeout=5):
                return self.ask("GET", "/v2/health/ready")[0] == 200
        except OSError:
            return False

    def kill(self):
        self.is_up = False
        self.process.kill()
        self.process.wait()

    def drain(self):
        """Asks the server to end, and gives its status."""
        self.is_up = False
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def hang_up(self):
        if not self.is_up:
            raise ConnectionError("the server is not up")
        self.process.send_signal(signal.SIGHUP)

    # What is known from outside

    def ask(self, method, path, body=None, key=None, timeout=60):
        """Status and JSON of a request; what is no answer is an OSError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def memory(self):
        """Resident memory in MiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])


def box(server, name):
    return str(server.box / name)
