# SPDX-License-Identifier: Apache-2.0
"""Results of two sides that took turns, as a comparison's report reads them."""
import json
import pathlib


def read(folder):
    """The files SIDE.TURN of a folder, but for logs, as {side: {measure: [numbers]}}, and our own machine."""
    sides, machine = {}, {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix == ".log":
            continue
        result = json.loads(path.read_text(encoding="utf-8"))
        machine = result.get("machine", machine)
        values = {row["measure"]: row["ours"] for row in result["rows"]} if "rows" in result else result
        for measure, value in values.items():
            sides.setdefault(path.name.partition(".")[0], {}).setdefault(measure, []).append(value)
    return sides, machine
