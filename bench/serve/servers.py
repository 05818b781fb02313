# SPDX-License-Identifier: Apache-2.0
"""The servers that bench/serve.sh measures, each started for as long as a `with` statement lasts."""
import contextlib
import os
import pathlib
import re
import sys
import time
import urllib.request

import children


class Log:
    """What a server writes, in which it says where it listens."""

    def __init__(self, folder, name):
        self.path, self.name = pathlib.Path(folder, f"{name}.log"), name

    def ports(self, child, *patterns):
        """The ports that the server tells, one for each pattern, as soon as it has told all."""
        for _ in range(3000):
            text = self.path.read_text(errors="replace")
            found = [re.search(pattern, text) for pattern in patterns]
            if all(found):
                return [int(match.group(1)) for match in found]
            if child.poll() is not None:
                break
            time.sleep(0.02)
        sys.exit(f"error: {self.name} does not start:\n{self.path.read_text(errors='replace')[-2000:]}")


def wait_until_ready(port, path):
    for _ in range(3000):
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status == 200:
                return
        time.sleep(0.02)
    sys.exit(f"error: nothing is ready at {path} of port {port}.")


@contextlib.contextmanager
def started(command, folder, name, **environment):
    log = Log(folder, name)
    with log.path.open("wb") as output:
        with children.running([str(part) for part in command], stdout=output, stderr=output,
                              env={**os.environ, **environment}) as child:
            yield log, child


@contextlib.contextmanager
def autoglm(program, repository, folder, telemetry=False):
    """Our server before a repository of models; gives its ports for HTTP and gRPC."""
    name = "autoglm-watched" if telemetry else "autoglm"
    command = [program, "serve", "--port", "0", "--grpc-port", "0", "--metrics-port", "0", "--model-repository", repository]
    environment = {}
    if telemetry:
        command.append("--telemetry")
        environment = {"AUTOGLM_TELEMETRY__STORE__PATH": f"{folder}/telemetry.sqlite", "AUTOGLM_TELEMETRY__TRACES__RATIO": "0.01"}
    with started(command, folder, name, **environment) as (log, child):
        http, grpc = log.ports(child, r"Listening on http://[^:]*:(\d+)", r"Listening on grpc://[^:]*:(\d+)")
        wait_until_ready(http, "/v2/health/ready")
        yield http, grpc


@contextlib.contextmanager
def autoglm_chat(program, model, folder):
    """Our server with one language model."""
    with started([program, "serve", "--port", "0", "--model", model], folder, "autoglm-chat") as (log, child):
        [http] = log.ports(child, r"Listening on http://[^:]*:(\d+)")
        wait_until_ready(http, "/v1/models")
        yield http


@contextlib.contextmanager
def llama_chat(program, model, chats, context, folder):
    """llama.cpp's server with the same model, and a place for each chat."""
    command = [program, "-m", model, "--host", "127.0.0.1", "--port", "0", "-np", chats, "-c", chats * context,
               "-t", os.cpu_count(), "-tb", os.cpu_count(), "--no-ui", "--offline"]
    with started(command, folder, "llama-server") as (log, child):
        [http] = log.ports(child, r"listening on http://[\d.]+:(\d+)")
        wait_until_ready(http, "/health")
        yield http
