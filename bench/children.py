# SPDX-License-Identifier: Apache-2.0
"""What the measurements in bench/ share: programs that are started, and that never outlive whoever started them."""
import contextlib
import signal
import subprocess
import sys


@contextlib.contextmanager
def running(command, **options):
    """Starts a program and gives its Popen; on leaving, by a signal too, the program is ended by its id, if need be by force."""
    started, asked = [], []

    def stop(number, _):
        asked.append(number)
        if started:
            sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        # A signal that came while the program was being started counts now that it can be ended.
        started.append(child)
        if asked:
            sys.exit(128 + asked[0])
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=1)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
