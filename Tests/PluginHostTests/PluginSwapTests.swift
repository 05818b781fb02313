// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PluginHost
import Synchronization
import Testing

/// Versions of the hostile plugin, one of which is in the host's folder; changing it is one rename.
private struct Versions {
    let store: PluginFolder
    let folder: PluginFolder

    init(_ macros: [[String]]) throws {
        self.store = try PluginFolder()
        self.folder = try PluginFolder()
        for (index, more) in macros.enumerated() {
            let version = "\(index + 1).0.0"
            let own = ["-DNUMBER=\(index + 1)", "-DVERSION=\"\(version)\""]
            let folder = "\(index + 1)"
            try self.store.addHostile(own + more, to: folder) {
                $0.replacing("version: 1.0.0", with: "version: \(version)")
                    .replacing("library: hostile.so", with: "library: swapped.so")
            }
            try FileManager.default.moveItem(
                atPath: "\(self.store.path)/\(folder)/hostile.so", toPath: "\(self.store.path)/\(folder)/swapped.so")
        }
        try self.install(1)
    }

    func install(_ number: Int) throws {
        let link = "\(self.folder.path)/.new"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: "\(self.store.path)/\(number)")
        try #require(rename(link, "\(self.folder.path)/hostile") == 0)
    }
}

@Suite("Plugins that are replaced while they are in use", .timeLimit(.minutes(5)))
struct PluginSwapTests {
    private static func number(_ host: PluginHost) async throws -> JSONValue? {
        try await host.call("hostile", step: "run", input: ["do": "number"])["value"]
    }

    /// How many versions of the plugin this process has in its memory.
    private static func loadedVersions() throws -> Int {
        let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n")
        return Set(maps.filter { $0.contains("swapped.so") }.compactMap { $0.split(separator: " ").dropFirst(5).first })
            .count
    }

    @Test(
        "New calls go to the new version, under load, with no failed call, and old ones are unloaded",
        arguments: [false, true])
    func swaps(isolated: Bool) async throws {
        let versions = try Versions([[], []])
        let host = isolated ? try versions.folder.isolating() : versions.folder.host
        let isOver = Mutex(false)
        let rounds = isolated ? 10 : 150
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask { @Sendable in
                    var calls = 0
                    while !isOver.withLock({ $0 }) {
                        let number = try await Self.number(host)
                        #expect(number == 1 || number == 2)
                        calls += 1
                    }
                    return calls
                }
            }
            for round in 0..<rounds {
                try versions.install(2 - round % 2)
                let changes = try host.refresh()
                if round > 0 { #expect(changes.map(\.description).first?.contains("was replaced by") == true) }
                #expect(try await Self.number(host) == .integer(2 - round % 2))
            }
            isOver.withLock { $0 = true }
            for try await calls in group { #expect(calls > 0) }
            // The last ones may be on their way out; that they go is what the suite's limit of time guards.
            while try Self.loadedVersions() >= 20 { await Task.yield() }
        }
        let status = try #require(host.statuses.first)
        #expect(status.swaps >= rounds - 1 && status.account.failures == 0 && status.account.faults == 0)
        #expect(try host.refresh().isEmpty)
    }

    @Test("A call under way ends on the old version, which is closed after it")
    func drain() async throws {
        let pipes = try PluginFolder()
        let (gate, closed) = ("\(pipes.path)/gate", "\(pipes.path)/closed")
        for pipe in [gate, closed] { try #require(mkfifo(pipe, 0o600) == 0) }
        let versions = try Versions([["-DGATE=\"\(gate)\"", "-DCLOSED=\"\(closed)\""], []])
        let host = versions.folder.host
        try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            group.addTask { try await host.call("hostile", step: "run", input: ["do": "gate"])["value"] }
            // Opens when the call has opened its end.
            let writing = try await PluginFolder.opened(gate, O_WRONLY)
            try versions.install(2)
            #expect(try host.refresh().count == 1)
            #expect(try await Self.number(host) == 2)
            #expect(open(closed, O_WRONLY | O_NONBLOCK) == -1)
            #expect(write(writing, "x", 1) == 1)
            close(writing)
            #expect(try await group.next() == .some(1))
        }
        // Opens when the old version is closed.
        close(try await PluginFolder.opened(closed, O_RDONLY))
    }

    @Test(
        "A new version that cannot be used leaves the old one in place",
        arguments: [
            (["-DNOT_OPEN"], "cannot be opened"), (["-DNO_ENTRY"], "is no plugin"),
            (["-DCOMPLAINT=\"no model\""], "says that it is not well: no model"),
            (["-DDESCRIPTION=\"{}\""], "do not agree on 'name'"),
        ])
    func failures(macros: [String], part: String) async throws {
        let versions = try Versions([[], macros])
        let host = versions.folder.host
        #expect(try await Self.number(host) == 1)
        try versions.install(2)
        let changes = try host.refresh()
        #expect(changes.count == 1 && changes[0].description.contains(part), "\(changes)")
        #expect(try await Self.number(host) == 1)
        // It is told once, and may be asked for.
        #expect(try host.refresh().isEmpty)
        #expect(throws: PluginError.self) { try host.reload("hostile") }
        try versions.install(1)
        #expect(try host.refresh().count == 1)
        try host.reload("hostile")
        #expect(try await Self.number(host) == 1)
    }

    @Test("A manifest that cannot be read leaves the old version; a folder that is gone unloads it; a new one is known")
    func folders() async throws {
        let versions = try Versions([[], []])
        let host = versions.folder.host
        #expect(try await Self.number(host) == 1)
        try versions.store.write("plugin: [", to: "2/plugin.yaml")
        try versions.install(2)
        #expect(try host.refresh().first?.error?.code == .invalidManifest)
        #expect(try await Self.number(host) == 1)
        try FileManager.default.removeItem(atPath: "\(versions.folder.path)/hostile")
        #expect(try host.refresh().map(\.description) == ["The plugin 'hostile' was unloaded."])
        #expect(await failure { _ = try await Self.number(host) }?.code == "plugin.unknown")
        try versions.install(1)
        #expect(try host.refresh().isEmpty)
        #expect(try await Self.number(host) == 1)
    }

    @Test("A version that others could not live with is not taken; with a version of theirs that can, it is")
    func dependents() async throws {
        let versions = try Versions([[], []])
        func dependent(_ version: String, _ range: String) throws {
            try versions.folder.write(
                PluginFolder.manifest(sha256: String(repeating: "a", count: 64))
                    .replacing("plugin: hostile", with: "plugin: user\nneeds: {hostile: \(range)}")
                    .replacing("version: 1.0.0", with: "version: \(version)"), to: "user/plugin.yaml")
        }
        try dependent("1.0.0", "^1")
        let host = versions.folder.host
        #expect(try host.loadingOrder() == ["hostile", "user"])
        #expect(try await Self.number(host) == 1)
        try versions.install(2)
        let kept = try host.refresh()
        #expect(
            kept.first?.error?.message.contains("'user' 1.0.0 wants 'hostile' ^1; there is 'hostile' 2.0.0") == true)
        #expect(try await Self.number(host) == 1)
        try dependent("2.0.0", "^2")
        #expect(try host.refresh().map(\.name) == ["hostile"])
        #expect(try await Self.number(host) == 2)
    }

    @Test("A version that comes while the first one is loaded for many calls takes its place")
    func loading() async throws {
        let pipes = try PluginFolder()
        let gate = "\(pipes.path)/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        let versions = try Versions([["-DOPENING=\"\(gate)\""], []])
        let host = versions.folder.host
        try await withThrowingTaskGroup(of: Void.self) { group in
            // More than there are threads for tasks.
            for _ in 0..<20 { group.addTask { () throws in #expect(try await Self.number(host) != nil) } }
            // Opens when the version is being opened.
            let writing = try await PluginFolder.opened(gate, O_WRONLY)
            try versions.install(2)
            async let changes = withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: Result { try host.refresh() }) }
            }
            while try "\(host.manifest(of: "hostile").version)" == "1.0.0" { await Task.yield() }
            #expect(write(writing, "x", 1) == 1)
            close(writing)
            #expect(try await changes.get().map(\.description) == ["The plugin 'hostile' 1.0.0 was replaced by 2.0.0."])
            try await group.waitForAll()
        }
        #expect(try await Self.number(host) == 2)
    }

    @Test("After faults in a row a plugin is left alone for a while, or until it is released")
    func quarantine() async throws {
        let folder = try PluginFolder.hostile()
        let time = Mutex(ContinuousClock.now)
        var policy = PluginPolicy()
        (policy.quarantine.faults, policy.quarantine.time) = (3, .seconds(30))
        let host = PluginHost(folders: [folder.path], policy: policy, now: { time.withLock { $0 } })
        func code(_ what: String) async -> String? {
            await failure { _ = try await host.call("hostile", step: "run", input: ["do": .string(what)]) }?.code
        }
        // What it tells itself is no fault, and what it does well ends a row.
        for what in ["error", "nothing", "nothing", "well", "nothing", "error", "nothing", "nothing"] {
            #expect(await code(what) != "plugin.quarantined")
        }
        #expect(await code("nothing") == "plugin.bad-reply")
        #expect(await code("well") == "plugin.quarantined")
        #expect(host.statuses.first?.quarantine == .seconds(30))
        time.withLock { $0 += .seconds(30) }
        // One more fault and it is left alone again; when it is well, it is not.
        #expect(await code("nothing") == "plugin.bad-reply")
        #expect(await code("well") == "plugin.quarantined")
        time.withLock { $0 += .seconds(31) }
        #expect(await code("well") == nil)
        for _ in 0..<3 { #expect(await code("list") == "plugin.bad-reply") }
        #expect(await code("well") == "plugin.quarantined")
        host.release("hostile")
        #expect(await code("well") == nil)
        let account = try #require(host.statuses.first?.account)
        #expect(account.calls == 15 && account.failures == 2 && account.faults == 10)
        #expect(account.time > .zero && account.longest <= account.time)
        #expect(try #require(host.statuses.first).memory > 4096)
    }
}
