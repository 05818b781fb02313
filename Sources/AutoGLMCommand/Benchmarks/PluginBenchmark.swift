// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import PluginHost
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What calls of the plugin `echo` cost, and what replacing it by another version does.
struct PluginBenchmark {
    /// The folder of a version.
    let first: String
    /// The folder of another version.
    let second: String
    /// Calls of a run.
    let calls: Int
    /// Swaps under load.
    let swaps: Int

    private static let value: JSONValue = ["text": "What is the capital of France?"]
    private static var bytes: [UInt8] { Array(self.value.serialized().utf8) }

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let host = PluginHost(folders: [self.first])
        let manifest = try host.manifest(of: "echo")
        let library = try PluginLibrary(
            path: FilePath.absolute("\(self.first)/\(manifest.library)"), name: manifest.library, abi: manifest.abi)
        var isolation = PluginPolicy()
        isolation.isolation = .always
        let isolated = PluginOptions.host([self.first], isolation)
        let bytes = Self.bytes
        var (direct, added, checked, apart) = ([Double](), [Double](), [Double](), [Double]())
        for run in 0...runs {
            let alone = try self.direct(library, bytes)
            let hosted = try await self.mean { _ = try await host.call("echo", step: "echo", bytes: bytes) }
            let whole = try await self.mean { _ = try await host.call("echo", step: "echo", input: Self.value) }
            let away = try await self.middle { _ = try await isolated.call("echo", step: "echo", bytes: bytes) }
            guard run > 0 else { continue }  // the first warms up
            direct.append(alone)
            added.append(hosted - alone)
            checked.append(whole / 1_000)
            apart.append(away / 1_000)
        }
        return [
            BenchmarkRow(measure: "plugin_direct_ns", samples: direct, unit: "ns", isLowerBetter: true),
            BenchmarkRow(measure: "plugin_call_ns", samples: added, unit: "ns", isLowerBetter: true),
            BenchmarkRow(measure: "plugin_checked_call_us", samples: checked, unit: "µs", isLowerBetter: true),
            BenchmarkRow(measure: "plugin_isolated_call_us", samples: apart, unit: "µs", isLowerBetter: true),
        ] + (try await self.replaced())
    }

    // MARK: - Calls

    /// The time of a call of the library's function, in nanoseconds.
    private func direct(_ library: PluginLibrary, _ bytes: [UInt8]) throws -> Double {
        var received = 0
        let start = ContinuousClock.now
        for _ in 0..<self.calls { received += try library.withReply("echo", bytes) { $1.count } }
        let time = start.duration(to: .now)
        guard received == self.calls * bytes.count else {
            throw CommandError(.notMeasurable, "The plugin gave back something else than it was given.")
        }
        return time / .nanoseconds(1) / Double(self.calls)
    }

    /// The mean time of a call, in nanoseconds.
    private func mean(_ call: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<self.calls { try await call() }
        return start.duration(to: .now) / .nanoseconds(1) / Double(self.calls)
    }

    /// The median time of a call, in nanoseconds.
    private func middle(_ call: () async throws -> Void) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<self.calls {
            let start = ContinuousClock.now
            try await call()
            times.append(start.duration(to: .now) / .nanoseconds(1))
        }
        return times.median
    }

    // MARK: - Swaps

    /// Calls the plugin in two tasks while it is replaced again and again.
    private func replaced() async throws -> [BenchmarkRow] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swaps-\(UUID().uuidString)").path
        try FilePath.makeFolders(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try self.install(self.second, in: folder)
        let host = PluginHost(folders: [folder])
        // Loaded before the first swap, so that each has something to replace.
        _ = try await host.call("echo", step: "echo", bytes: Self.bytes)
        let load = Load()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { await load.run(host, Self.bytes) } }
            var (times, early) = ([Double](), 0.0)
            for swap in 1...self.swaps {
                try self.install(swap.isMultiple(of: 2) ? self.second : self.first, in: folder)
                let start = ContinuousClock.now
                guard try host.refresh().count == 1 else {
                    throw CommandError(.notMeasurable, "The plugin was not replaced.")
                }
                times.append(start.duration(to: .now) / .milliseconds(1))
                if swap == max(self.swaps / 10, 1) { early = try MemoryBenchmark.peak() }
            }
            load.stop()
            try await group.waitForAll()
            let (calls, failures) = load.counts
            return [
                BenchmarkRow(measure: "plugin_swap_ms", samples: times, unit: "ms", isLowerBetter: true),
                BenchmarkRow(
                    measure: "plugin_swap_failures", samples: [Double(failures)], unit: "calls", isLowerBetter: true,
                    details: ["calls": .integer(calls), "swaps": .integer(self.swaps)]),
                BenchmarkRow(
                    measure: "plugin_swap_growth_mb", samples: [try MemoryBenchmark.peak() - early], unit: "MB",
                    isLowerBetter: true),
            ]
        }
    }

    /// Puts a version into the folder by one rename.
    private func install(_ version: String, in folder: String) throws {
        let link = "\(folder)/.new"
        guard symlink(FilePath.absolute(version), link) == 0, rename(link, "\(folder)/echo") == 0 else {
            throw CommandError(.outputFailed, "Cannot write '\(folder)': \(String(cString: strerror(errno))).")
        }
    }

    /// Calls without end.
    private final class Load: Sendable {
        private let state = Mutex((calls: 0, failures: 0, isOver: false))

        var counts: (calls: Int, failures: Int) { self.state.withLock { ($0.calls, $0.failures) } }

        func stop() { self.state.withLock { $0.isOver = true } }

        func run(_ host: PluginHost, _ bytes: [UInt8]) async {
            while !Task.isCancelled, !self.state.withLock({ $0.isOver }) {
                let output = try? await host.call("echo", step: "echo", bytes: bytes)
                self.state.withLock { state in
                    state.calls += 1
                    if output != bytes { state.failures += 1 }
                }
                await Task.yield()
            }
        }
    }
}
