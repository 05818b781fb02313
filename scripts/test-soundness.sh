#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that every check of scripts/soundness.sh can fail: in a tiny package of the same shape, one violation at a time is
# planted, and the check must find it and name it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/lib.sh

box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
passed=0
failed=0

mkdir -p "$box/scripts" "$box/docs" "$box"/Sources/{Values/LLMCore,Orchestration/Pipelines,AutoGLMCommand} "$box/Tests/LLMCoreTests"
cp .swift-format "$box/"
cp scripts/lib.sh scripts/soundness.sh scripts/check-* "$box/scripts/"
cd "$box" || exit
cat >Package.swift <<'SWIFT'
// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "tiny",
    targets: [
        .target(name: "LLMCore", dependencies: [], path: "Sources/Values/LLMCore"),
        .target(name: "Pipelines", dependencies: ["LLMCore"], path: "Sources/Orchestration/Pipelines"),
        .executableTarget(name: "AutoGLMCommand", dependencies: ["Pipelines"]),
        .testTarget(name: "LLMCoreTests", dependencies: ["LLMCore"]),
    ]
)
SWIFT
value=Sources/Values/LLMCore/Value.swift
step_file=Sources/Orchestration/Pipelines/Step.swift
program=Sources/AutoGLMCommand/Program.swift
test_file=Tests/LLMCoreTests/ValueTests.swift
licence='// SPDX-License-Identifier: Apache-2.0'
printf '%s\n\nstruct Value {}\n' "$licence" >$value
printf '%s\n\ninternal import LLMCore\n\nstruct Step {}\n' "$licence" >$step_file
printf '%s\n\ninternal import Pipelines\n\n@main struct Program {\n    static func main() { print("a result") }\n}\n' "$licence" >$program
printf '%s\n\nimport Testing\n' "$licence" >$test_file
printf 'LLMCore, Pipelines, AutoGLMCommand\n' >docs/architecture.md

report() { # name, whether it passed, what was said
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf '✘ %s\n%s\n' "$1" "$3" >&2
    fi
}

# plant CHECK FILE TEXT EXPECTED: with TEXT added to FILE, CHECK must fail and say EXPECTED.
plant() {
    local said status=0
    cp "$2" "$box/kept" 2>/dev/null || rm -f "$box/kept"
    printf '%b\n' "$3" >>"$2"
    said=$(scripts/soundness.sh "$1" 2>&1) && status=1
    [[ $said == *"$4"* ]] || status=1
    report "$1 finds: $3" "$status" "$said"
    if [ -e "$box/kept" ]; then mv "$box/kept" "$2"; else rm "$2"; fi
}

# replace CHECK FILE OLD NEW EXPECTED: the same with OLD replaced by NEW.
replace() {
    local said status=0
    cp "$2" "$box/kept"
    sed -i "s|$3|$4|" "$2"
    said=$(scripts/soundness.sh "$1" 2>&1) && status=1
    [[ $said == *"$5"* ]] || status=1
    report "$1 finds: $4" "$status" "$said"
    mv "$box/kept" "$2"
}

# allow CHECK FILE TEXT: with TEXT added to FILE, CHECK must still pass.
allow() {
    local said status=0
    cp "$2" "$box/kept"
    printf '%b\n' "$3" >>"$2"
    said=$(scripts/soundness.sh "$1" 2>&1) || status=1
    report "$1 allows: $3" "$status" "$said"
    mv "$box/kept" "$2"
}

said=$(scripts/soundness.sh 2>&1)
report 'a sound tree passes' $? "$said"

plant format $value 'struct  Wide {}' 'error:'
plant format $value 'public struct Undocumented {}' 'AllPublicDeclarationsHaveDocumentation'
replace licences $value "$licence" '// All rights reserved' "$value:1: the licence line is missing"
plant licences scripts/new.sh 'echo hello' 'scripts/new.sh:1'
replace imports $step_file 'internal import LLMCore' 'import LLMCore' "$step_file:3: 'import LLMCore' does not say"
plant layers $value 'internal import Pipelines' "imports 'Pipelines', which Package.swift does not declare"
plant layers $step_file 'internal import Yams' "imports 'Yams'"
replace layers Package.swift 'dependencies: \[\]' 'dependencies: ["Pipelines"]' 'a layer below it'
replace layers docs/architecture.md 'Pipelines' 'Steps' "does not name the target 'Pipelines'"
replace layers Package.swift '"Sources/Values/LLMCore"' '"Sources/Odds/LLMCore"' 'which is no layer'
plant lengths $value "$(printf '//\\n%.0s' $(seq 500))" '500 are the limit'
plant lengths $test_file "$(printf '//\\n%.0s' $(seq 600))" '600 are the limit'
plant lengths README.md "$(printf 'a\\n%.0s' $(seq 151))" '150 are the limit'
plant scripts scripts/new.sh 'if true; then' 'syntax error'
plant scripts scripts/new.py 'def broken(' 'SyntaxError'

plant bans $value 'let a = Task.detached { 1 }' 'detached'
plant bans $value 'let a = Task { 1 }' 'unstructured'
plant bans $value 'let a = Task<Int, Never>(priority: .low) { 1 }' 'unstructured'
plant bans $value 'let a = try! b()' 'crashes on bad input'
plant bans $value 'let a = b as! Int' 'unexpected type'
plant bans $value 'func f() { fatalError("no") }' 'takes the server with it'
plant bans $value 'final class A: @unchecked Sendable {}' 'write the proof'
plant bans $value 'nonisolated(unsafe) var a = 1' 'write the proof'
plant bans $value 'func f() { print("x") }' 'a library is quiet'
plant bans $test_file 'func f() { usleep(5) }' 'a test that sleeps'
plant bans $test_file 'func f() async throws { try await Task.sleep(for: .seconds(1)) }' 'a test that sleeps'
plant bans $test_file '@testable import LLMCore' 'tests run in release'
plant bans $test_file '@Test(.disabled("later")) func f() {}' 'switched off'
plant bans $value '// TODO: finish' 'finished work'
plant bans $value 'let a = "/home/me/model.gguf"' 'a path of one machine'

allow bans $value 'final class A: @unchecked Sendable {}  // every member is immutable after init'
allow bans $value 'let a = Task { 1 }  // ends with the stream, which cancels it'
allow bans $value '// print("x") and try! in a comment\nlet a = "print(1) try! b"\nlet b = """\n    print(2)\n    """'
allow bans $value 'func f() { self.print(1); fingerprint(2) }\nprivate func print(_ number: Int) {}'
allow bans $program 'let a = Task { print(1) }'
allow imports $value 'let a = """\n    import Foundation\n    """'

# C symbols: one object that keeps the prefix, one that does not.
if command -v clang >/dev/null || command -v cc >/dev/null; then
    compiler=$(command -v clang || command -v cc)
    mkdir objects
    printf 'int ctk_one(void); int ctk_one(void) { return 1; }\nstatic int own(void) { return 2; }\nint ctk_two(void);int ctk_two(void) { return own(); }\n' >one.c
    "$compiler" -O0 -c one.c -o objects/one.o
    said=$(scripts/check-symbols.sh "$box/objects" 2>&1)
    report 'symbols allows: ctk_one and a static function' $? "$said"
    printf 'int dot(void); int dot(void) { return 1; }\n' >two.c
    "$compiler" -O0 -c two.c -o objects/two.o
    said=$(scripts/check-symbols.sh "$box/objects" 2>&1) && status=1 || status=0
    [[ $said == *'two.o defines the global symbol dot'* ]] || status=1
    report 'symbols finds: dot' "$status" "$said"
fi
said=$(scripts/check-symbols.sh "$box/nothing" 2>&1) && status=1 || status=0
report 'symbols without objects is an error' "$status" "$said"

printf 'soundness tests: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
