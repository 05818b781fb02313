#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads every source file and reports what this project does not want, with the place, the reason and the way out.

Usage: check-sources.py {bans|imports|licences|lengths}
"""
import pathlib
import re
import sys

# What is banned: a pattern, where (regular expression over paths), the reason and the way out. Options:
# `strings`: also look into string literals; `comments`: also look into comments (and strings);
# `unless_comment`: a comment on the same line that gives the proof lifts the ban; `allowed`: paths where it is fine.
CODE = r"^(Sources|Tests)/.*\.swift$"
BANS = [
    dict(pattern=r"\bTask\s*\.\s*detached\b", where=CODE,
         reason="nobody waits for a detached task when the program stops; use a child task or a task group"),
    dict(pattern=r"\bTask\s*(<[^>]*>)?\s*(\([^)]*\)\s*)?\{", where=r"^Sources/.*\.swift$", unless_comment=True,
         allowed=r"^Sources/AutoGLMCommand/",
         reason="an unstructured task outlives its caller; use a child task, or say on the same line what ends it: "
                "Task {  // ends with the stream"),
    dict(pattern=r"\btry!", where=CODE, reason="it crashes on bad input; throw, or handle the error"),
    dict(pattern=r"\bas!", where=CODE, reason="it crashes on an unexpected type; use as? and an error"),
    dict(pattern=r"\b(fatalError|preconditionFailure)\s*\(", where=r"^Sources/.*\.swift$",
         reason="a library that crashes takes the server with it; throw an error that says what to do"),
    dict(pattern=r"@unchecked\s+Sendable", where=CODE, unless_comment=True,
         reason="the compiler no longer checks it; write the proof as a comment on the same line"),
    dict(pattern=r"\bnonisolated\(unsafe\)", where=CODE, unless_comment=True,
         reason="the compiler no longer checks it; write the proof as a comment on the same line"),
    dict(pattern=r"(?<!func )(?<![.\w])(print|debugPrint|dump)\s*\(", where=r"^Sources/.*\.swift$",
         allowed=r"^Sources/AutoGLMCommand/",
         reason="a library is quiet; return the value, or throw; only the program prints"),
    dict(pattern=r"(?<!\w)(usleep|nanosleep|sleep)\s*\(", where=r"^Tests/.*\.swift$",
         reason="a test that sleeps is slow and still fails now and then; wait for the event itself"),
    dict(pattern=r"@testable\b", where=CODE,
         reason="tests run in release, where nothing is testable; make the declaration `package`"),
    dict(pattern=r"\.disabled\s*\(|\bwithKnownIssue\b|\bXCTSkip\b", where=r"^Tests/.*\.swift$",
         reason="a test that is switched off proves nothing; mend it or remove it"),
    dict(pattern=r"\b(TODO|FIXME|XXX)\b", where=r"^(Sources|Tests|scripts|bench|\.ci)/.*", comments=True,
         allowed=r"^scripts/(check-sources\.py|test-soundness\.sh)$",
         reason="finished work has no such notes; do it now, or write it down in the tracker"),
    dict(pattern=r"(?<![\w.])/(work|root|tmp|home/\w+|Users/\w+)/", where=r"^(Sources|Tests|Examples|bench|scripts)/.*",
         comments=True, allowed=r"^scripts/(check-sources\.py|test-soundness\.sh)$",
         reason="a path of one machine; ask for the temporary, cache or working folder instead"),
]
SOURCE_SUFFIXES = {".swift", ".c", ".h", ".sh", ".py"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*import\s+([\w.]+)")
LIMITS = [(r"^Tests/.*\.swift$", 600), (r"^(Sources|Plugins)/.*\.(swift|c|h)$", 500), (r"^README[^/]*\.md$", 150)]


def files():
    """Every file that is ours to check, as (path, text); fixtures, generated code and what a build makes are left out."""
    for top in ["Sources", "Tests", "Examples", "bench", "scripts", ".ci", "."]:
        paths = pathlib.Path(top).rglob("*") if top != "." else pathlib.Path().glob("*")
        for path in sorted(paths):
            if not path.is_file() or {"Fixtures", "Generated"} & set(path.parts) or "__pycache__" in path.parts or ".build" in path.parts:
                continue
            if path.stat().st_size > 2_000_000:
                continue
            try:
                yield path.as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def code_lines(text):
    """Yields (number, line, code without comments and string contents, whether a comment stands on the line)."""
    in_string = in_comment = False
    for number, line in enumerate(text.split("\n"), 1):
        rest, code, comment = line, "", False
        while rest:
            if in_string or in_comment:
                end = rest.find('"""' if in_string else "*/")
                if end < 0:
                    break
                rest = rest[end + (3 if in_string else 2):]
                in_string = in_comment = False
                continue
            found = re.search(r'"""|"(?:\\.|[^"\\])*"|//|/\*', rest)
            if not found:
                code, rest = code + rest, ""
                continue
            code += rest[:found.start()]
            rest = rest[found.end():]
            if found.group() == "//":
                comment = len(rest.strip(" /")) >= 10
                break
            in_string, in_comment = found.group() == '"""', found.group() == "/*"
            if not in_comment:
                code += '""'
        yield number, line, code, comment


def bans():
    for path, text in files():
        rules = [ban for ban in BANS if re.search(ban["where"], path) and not re.search(ban.get("allowed", r"^$"), path)]
        if not rules:
            continue
        is_swift = path.endswith(".swift")
        for number, line, code, comment in code_lines(text) if is_swift else (
                (n, l, l, False) for n, l in enumerate(text.split("\n"), 1)):
            for ban in rules:
                found = re.search(ban["pattern"], line if ban.get("comments") else code)
                if found and not (ban.get("unless_comment") and comment):
                    yield f"{path}:{number}: '{found.group().strip()}' is banned: {ban['reason']}"


def imports():
    for path, text in files():
        if not re.search(r"^Sources/.*\.swift$", path):
            continue
        for number, _, code, _ in code_lines(text):
            found = IMPORT.search(code)
            if found:
                yield (f"{path}:{number}: 'import {found.group(1)}' does not say how far it reaches: write 'internal import', "
                       "or 'public import' where its types stand in the public interface")


def licences():
    for path, text in files():
        if pathlib.Path(path).suffix in SOURCE_SUFFIXES or path in ("Makefile", ".ci/run"):
            if LICENCE not in "".join(text.split("\n", 3)[:3]):
                yield f"{path}:1: the licence line is missing: begin the file with a comment '{LICENCE}'"


def lengths():
    for path, text in files():
        for where, limit in LIMITS:
            lines = text.count("\n")
            if re.search(where, path) and lines > limit:
                yield f"{path}: {lines} lines, {limit} are the limit: split it by what its parts do"


CHECKS = dict(bans=bans, imports=imports, licences=licences, lengths=lengths)
if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:
    sys.exit(__doc__.strip())
findings = list(CHECKS[sys.argv[1]]())
print("\n".join(findings), end="\n" if findings else "")
sys.exit(1 if findings else 0)
