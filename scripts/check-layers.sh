#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that imports point only upwards in the list of layers, that every import is declared in Package.swift,
# and that docs/architecture.md names every target.
set -euo pipefail
cd "$(dirname "$0")/.."

manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
swift package dump-package >"$manifest"

python3 - "$manifest" <<'PYTHON'
import json, pathlib, re, sys

# The layers, from the one everybody may import to the one nobody may. See docs/architecture.md.
LAYERS = ["Values", "Engine", "Learning", "Orchestration", "Operations", "Adapters", "Library", "Serving",
          "OpenAutoGLMMacros", "OpenAutoGLM", "OpenAutoGLMTesting", "AutoGLMCommand"]
SYSTEM = {"Foundation", "CoreFoundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Musl", "Darwin", "Android", "Dispatch",
          "Synchronization", "RegexBuilder", "Observation", "Testing", "XCTest", "Swift", "_Differentiation"}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
                    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.M)
manifest = json.load(open(sys.argv[1]))
targets = {target["name"]: target for target in manifest["targets"]}
order = {name: index for index, name in enumerate(targets)}
findings = []


def dependencies(target):
    for dependency in target["dependencies"]:
        yield next(iter(dependency.values()))[0]


def folder_of(target):
    return target.get("path") or ("Tests/" if target["type"] == "test" else "Sources/") + target["name"]


# The layer of every target, as its folder says.
layers = {name: folder_of(target).split("/")[1] for name, target in targets.items()
          if target["type"] != "test" and not folder_of(target).startswith(("Benchmarks/", "Examples/", "Tests/"))}
for name, layer in layers.items():
    if layer not in LAYERS:
        findings.append(f"Package.swift: '{name}' lies in {folder_of(targets[name])}, which is no layer; "
                        f"layers are: {', '.join(LAYERS)}")
ranks = {name: LAYERS.index(layer) for name, layer in layers.items() if layer in LAYERS}

for name, target in targets.items():
    declared = set(dependencies(target))
    for other in sorted(declared & set(ranks)) if name in ranks else []:
        if ranks[other] > ranks[name]:
            findings.append(f"Package.swift: '{name}' ({layers[name]}) depends on '{other}' ({layers[other]}), "
                            "a layer below it: move the shared part up, or let the lower layer pass it in")
        elif order[other] > order[name]:
            findings.append(f"Package.swift: '{name}' depends on '{other}', which is listed after it: "
                            "list targets in the order in which they build on each other")
    for file in sorted(pathlib.Path(folder_of(target)).rglob("*.swift")):
        text = file.read_text(encoding="utf-8")
        for found in IMPORT.finditer(text):
            module = found.group(1)
            if module in SYSTEM or module in declared or module == name:
                continue
            line = text.count("\n", 0, found.start(1)) + 1
            findings.append(f"{file}:{line}: imports '{module}', which Package.swift does not declare for '{name}': "
                            "declare it there if the layers allow it, else do without")

page = pathlib.Path("docs/architecture.md")
text = page.read_text(encoding="utf-8") if page.exists() else ""
for name, target in targets.items():
    if name in layers and not re.search(rf"\b{name}\b", text):
        findings.append(f"docs/architecture.md: does not name the target '{name}': say there what it is")

print("\n".join(findings), end="\n" if findings else "")
sys.exit(1 if findings else 0)
PYTHON
