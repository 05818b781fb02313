// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OrderedCollections
import PipelineSteps
import Testing

@Suite("The python step")
struct PythonStepTests {
    let steps = StepRunning()

    @Test("Code finds its inputs and sets its result; what it prints is kept apart")
    func result() async throws {
        let outputs = try await self.steps.run(
            "python",
            [
                "code": "print('hé')\nresult = {'sum': sum(inputs['n']), 'text': inputs['t'] + '!'}",
                "inputs": ["n": [1, 2, 3], "t": "é\"\u{0}"],
            ])
        #expect(outputs["result"] == ["sum": 6, "text": "é\"\u{0}!"])
        #expect(outputs["printed"] == "hé\n")
        #expect(try await self.steps.run("python", ["code": "pass"])["result"] == .null)
    }

    @Test("Neither the environment, nor open files, nor root's rights are inherited")
    func isolation() async throws {
        setenv("STEP_SECRET", "hidden", 1)
        let code = """
            pass; import os
            result = {'env': sorted(os.environ), 'uid': os.getuid(), 'group': os.getpgrp() == os.getpid(),
                'files': sorted(int(f) for f in os.listdir('/proc/self/fd'))}
            """
        let result = try #require(try await self.steps.run("python", ["code": .string(code)])["result"])
        #expect(result["env"]?.arrayValue?.contains("STEP_SECRET") == false)
        #expect(result["uid"] != 0 && result["group"] == true)
        #expect(try #require(result["files"]?.arrayValue).count <= 5)
    }

    @Test(
        "Limits hold, and the error says which was reached",
        arguments: [
            ("while True: pass", ["cpu_limit": 1], "processor"),
            ("x = bytearray(1 << 30)", ["memory_mb": 128], "MemoryError"),
            ("import time; time.sleep(60)", ["time_limit": 0.3], "took too long"),
            ("while True: print('x' * 1000)", ["output_kb": 16], "wrote more than 16384 bytes"),
            ("result = 'x' * 100000", ["output_kb": 16], "wrote more than 16384 bytes"),
            ("import os\nwhile True: os.fork()", [:], "unavailable"),
            ("import subprocess; subprocess.run(['sleep', '60'])", [:], "unavailable"),
            ("import threading; threading.Thread(target=print).start()", [:], "thread"),
            ("import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))", [:], "limit"),
            ("raise ValueError('no')", [:], "ValueError: no"), ("result = {1, 2}", [:], "not JSON serializable"),
            ("result = float('nan')", [:], "not JSON compliant"), ("import sys; sys.exit(3)", [:], "status 3"),
            ("import os; os.kill(os.getpid(), 9)", [:], "signal 9"), ("x = (", [:], "SyntaxError"),
            ("import os; os._exit(0)", [:], "no JSON"),
        ] as [(String, JSONValue, String)])
    func limits(code: String, more: JSONValue, part: String) async throws {
        var inputs = more.objectValue ?? [:]
        inputs["code"] = .string(code)
        let failure = await self.steps.failure("python", .object(inputs))
        #expect(failure?.contains(part) == true, "\(failure ?? "")")
    }

    @Test("Cancelling ends the process")
    func cancel() async throws {
        let folder = try TestFolder()
        let code = "import time\ntime.sleep(60)"
        let task = Task { try await self.steps.run("python", ["code": .string(code)]) }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        withExtendedLifetime(folder) {}
    }

    @Test("Code made of values, and limits out of range, are refused")
    func refused() async {
        #expect(await self.steps.failure("python", ["code": "x", "memory_mb": 1])?.contains("from 32") == true)
        #expect(await self.steps.failure("python", ["code": "x", "time_limit": 0])?.contains("above 0") == true)
        #expect(await self.steps.failure("python", ["code": "x", "cpu_limit": 0])?.contains("from 1") == true)
    }
}
