// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PluginHost
import Synchronization
import Testing

@Suite("Plugins in processes of their own", .timeLimit(.minutes(5)))
struct PluginIsolationTests {
    private static func call(_ host: PluginHost, _ what: String) async throws -> JSONValue? {
        try await host.call("hostile", step: "run", input: ["do": .string(what)])["value"]
    }

    @Test("A call goes there and back, as in the program's own process; many at once, too")
    func calls() async throws {
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating()
        #expect(try await Self.call(host, "well") == 1)
        let failed = await failure { _ = try await Self.call(host, "error") }
        #expect(failed?.code == "plugin.hostile.too-much")
        #expect(await failure { _ = try await Self.call(host, "huge") }?.code == "plugin.bad-reply")
        let long = "count" + String(repeating: "x", count: 3 << 20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { () throws in
                    let text = number % 50 == 0 ? long : "count \(number)"
                    let count = JSONValue(sorted: ["do": .string(text)]).serialized().utf8.count
                    #expect(try await Self.call(host, text) == .integer(count))
                }
            }
            try await group.waitForAll()
        }
        let status = try #require(host.statuses.first)
        #expect(status.process.map { $0 != getpid() } == true && status.memory > 1 << 20)
        #expect(status.account.faults == 1 && status.account.failures == 1)
    }

    @Test(
        "A library that is wrong is refused",
        arguments: [
            (["-DABI=2"], "plugin.wrong-abi", "does not speak version 1"),
            (["-DNO_ENTRY"], "plugin.cannot-load", "lacks the function"),
            (["-DNOT_OPEN"], "plugin.cannot-load", "cannot be opened"),
            (["-DDESCRIPTION=\"{}\""], "plugin.cannot-load", "do not agree on 'name'"),
            (["-DCOMPLAINT=\"no model\""], "plugin.cannot-load", "not well: no model"),
        ])
    func libraries(macros: [String], code: String, part: String) async throws {
        let folder = try PluginFolder.hostile(macros)
        let host = try folder.isolating()
        let failed = await failure { try host.verify("hostile") }
        #expect(failed?.code == code && failed?.text.contains(part) == true, "\(failed?.text ?? "")")
    }

    @Test(
        "What happens to its process ends the call with a clear error, and the next call is made as usual",
        arguments: [
            ("crash", "plugin.crashed", "ended by signal 11"), ("vanish", "plugin.crashed", "ended with status 3"),
            ("hang", "plugin.hung", "took longer than 5.0 seconds"),
        ])
    func ends(what: String, code: String, part: String) async throws {
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating { $0.limits.callTime = .seconds(5) }
        #expect(try await Self.call(host, "well") == 1)
        let failed = await failure { _ = try await Self.call(host, what) }
        #expect(failed?.code == code && failed?.text.contains(part) == true, "\(failed?.text ?? "")")
        #expect(try await Self.call(host, "well") == 1)
        #expect(host.statuses.first?.account.faults == 1)
    }

    @Test("However many calls a process's end meets, it is one fault of a row")
    func quarantine() async throws {
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating { $0.quarantine.faults = 3 }
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<4 { group.addTask { await failure { _ = try await Self.call(host, "wait") }?.code } }
            for _ in 0..<4 { #expect(try await Self.call(host, "arrived") == 1) }
            #expect(await failure { _ = try await Self.call(host, "crash") }?.code == "plugin.crashed")
            for try await code in group { #expect(code == "plugin.crashed") }
        }
        #expect(host.statuses.first?.account.faults == 5 && host.statuses.first?.quarantine == nil)
        #expect(try await Self.call(host, "well") == 1)
    }

    @Test("Where calls wait for each other, the time of one begins with the end of the last")
    func serial() async throws {
        let folder = try PluginFolder.hostile(["-DFLAGS=0"])
        let host = try folder.isolating { $0.limits.callTime = .seconds(5) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<15 { group.addTask { () throws in #expect(try await Self.call(host, "slow") == 1) } }
            try await group.waitForAll()
        }
        #expect(await failure { _ = try await Self.call(host, "hang") }?.code == "plugin.hung")
    }

    @Test("A process that does not go when nobody needs it is ended")
    func stay() async throws {
        let pipes = try PluginFolder()
        let held = "\(pipes.path)/held"
        try #require(mkfifo(held, 0o600) == 0)
        let folder = try PluginFolder.hostile(["-DHELD=\"\(held)\""]) {
            $0.replacing("abi: 1", with: "abi: 1\ncapabilities: [files]")
        }
        async let reading = PluginFolder.opened(held, O_RDONLY)
        try await {
            let host = try folder.isolating { $0.capabilities = [.files] }
            #expect(try await Self.call(host, "stay") == 1)
        }()
        let pipe = FileHandle(fileDescriptor: try await reading, closeOnDealloc: true)
        // Ends when the process has.
        let rest = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: pipe.availableData) }
        }
        #expect(rest.isEmpty)
    }

    @Test("One that takes more and more memory is ended")
    func leak() async throws {
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating { $0.limits.memory = 96 << 20 }
        let failed = await failure { _ = try await Self.call(host, "leak") }
        // Seen by the program, or refused by the system before that.
        #expect(["plugin.out-of-memory", "plugin.crashed"].contains(failed?.code), "\(failed?.text ?? "")")
        #expect(try await Self.call(host, "well") == 1)
    }

    @Test("One that writes nonsense into the socket harms its own calls only")
    func garble() async throws {
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating()
        #expect(await failure { _ = try await Self.call(host, "garble") }?.code == "plugin.crashed")
        #expect(try await Self.call(host, "well") == 1)
    }

    @Test("After a second crash in a row there is a pause, twice as long after each further one")
    func pauses() async throws {
        let time = Mutex(ContinuousClock.now)
        let folder = try PluginFolder.hostile()
        let host = try folder.isolating(
            { policy in
                policy.limits.firstPause = .seconds(1)
                policy.quarantine.faults = 100
            }, now: { time.withLock { $0 } })
        for pause in [0, 0, 1, 2, 4] {
            if pause > 0 {
                let error = await #expect(throws: PluginError.self) { try await Self.call(host, "well") }
                #expect(error?.retryAfter == .seconds(pause), "\(String(describing: error))")
                time.withLock { $0 += .seconds(pause) }
            }
            #expect(await failure { _ = try await Self.call(host, "crash") }?.text.contains("signal 11") == true)
        }
        time.withLock { $0 += .seconds(30) }
        #expect(try await Self.call(host, "well") == 1)
        #expect(await failure { _ = try await Self.call(host, "crash") }?.code == "plugin.crashed")
        #expect(try await Self.call(host, "well") == 1)
    }

    @Test(
        "It reaches what it was granted, and nothing else",
        arguments: [
            ("reach-net", "network", EACCES), ("reach-file", "files", EACCES), ("reach-write", "files", EACCES),
            ("reach-exec", "processes", EACCES), ("reach-env", "environment", 1), ("reach-kill", nil, EPERM),
            ("reach-others-limit", nil, EPERM), ("reach-own-limit", nil, 0), ("reach-priority", nil, EPERM),
            ("reach-memory", nil, EPERM), ("reach-mode", nil, EACCES), ("reach-thread", nil, EACCES),
        ] as [(String, String?, Int32)])
    func capabilities(what: String, capability: String?, refusal: Int32) async throws {
        let plain = try PluginFolder.hostile()
        #expect(try await Self.call(plain.isolating(), what) == .integer(Int(refusal)))
        guard let capability else { return }
        let folder = try PluginFolder.hostile { $0.replacing("abi: 1", with: "abi: 1\ncapabilities: [\(capability)]") }
        let granted = try folder.isolating { policy in
            policy.capabilities = Set([PluginCapability(rawValue: capability)].compactMap(\.self))
        }
        // What is not there cannot be started.
        #expect(try await Self.call(granted, what) == .integer(what == "reach-exec" ? Int(ENOENT) : 0))
        try? FileManager.default.removeItem(atPath: "/dev/shm/autoglm-hostile")
    }

    @Test("The environment of the program stays its own, whatever was granted", arguments: [false, true])
    func environmentOfOthers(isGranted: Bool) async throws {
        let capabilities = isGranted ? Set(PluginCapability.allCases) : []
        let folder = try PluginFolder.hostile {
            let asked = capabilities.map(\.rawValue).sorted().joined(separator: ", ")
            return $0.replacing("abi: 1", with: "abi: 1\ncapabilities: [\(asked)]")
        }
        let host = try folder.isolating { $0.capabilities = capabilities }
        let reached = try await Self.call(host, "reach-other")
        // A user's processes may read each other's where there is no Landlock.
        let isKept = geteuid() == 0 || host.statuses.first?.walls.contains("landlock") == true
        #expect(reached == .integer(isKept ? Int(EACCES) : 0))
    }

    @Test("Cancelling returns at once, and its process closes the plugin and ends with the host")
    func cancel() async throws {
        let pipes = try PluginFolder()
        let closed = "\(pipes.path)/closed"
        try #require(mkfifo(closed, 0o600) == 0)
        let folder = try PluginFolder.hostile(["-DCLOSED=\"\(closed)\""]) {
            $0.replacing("abi: 1", with: "abi: 1\ncapabilities: [files]")
        }
        var host: PluginHost? = try folder.isolating { $0.capabilities = [.files] }
        try await withThrowingTaskGroup(of: Void.self) { [host] group in
            let host = try #require(host)
            group.addTask { _ = try await Self.call(host, "wait") }
            #expect(try await Self.call(host, "arrived") == 1)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
            #expect(try await Self.call(host, "leave") == 1)
        }
        host = nil
        // Opens when the plugin is closed.
        close(try await PluginFolder.opened(closed, O_RDONLY))
    }
}
