// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A plugin in a process of its own, which is started again when it has crashed; ended with this value.
final class IsolatedPlugin: PluginRuntime {
    private struct State {
        var process: HelperProcess?
        /// How often it has crashed since a call last succeeded.
        var crashes = 0
        /// The number of the process that crashed last.
        var lastEnded: Int32 = 0
        var notBefore: ContinuousClock.Instant?
    }

    let manifest: PluginManifest
    private let copy: PrivateCopy
    private let command: [String]
    private let environment: [String: String]
    private let limits: PluginLimits
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    /// Where processes are started, one after another.
    private let starting: DispatchQueue

    /// Starts the plugin's process.
    ///
    /// - Parameters:
    ///   - helper: The program, and its arguments, that becomes the process.
    ///   - granted: What it may do.
    /// - Throws: ``PluginError`` that says what is wrong with the library.
    init(
        _ manifest: PluginManifest, in folder: String, helper: [String], granted: Set<PluginCapability>,
        limits: PluginLimits, now: @escaping @Sendable () -> ContinuousClock.Instant
    ) throws(PluginError) {
        let copy = try PrivateCopy(of: manifest, in: folder)
        let order = PluginProcess.Order(
            library: copy.path, folder: copy.folder, name: manifest.library, abi: manifest.abi,
            // Half as much again, and what threads reserve: the program ends the process before it comes to that.
            memory: limits.memory + limits.memory / 2 + (64 << 20), capabilities: granted)
        (self.manifest, self.copy, self.limits, self.now) = (manifest, copy, limits, now)
        self.command = helper + order.arguments
        let all = ProcessInfo.processInfo.environment
        self.environment =
            granted.contains(.environment) ? all : all.filter { ["LANG", "LC_ALL", "TZ"].contains($0.key) }
        self.starting = DispatchQueue(label: "autoglm.plugin.starting.\(manifest.name)")
        let process = try self.start()
        do { try manifest.check(description: process.said?["description"]?.stringValue) } catch {
            process.stop()
            throw error
        }
        self.state.withLock { $0.process = process }
    }

    deinit { self.state.withLock { $0.process?.stop() } }

    var memory: UInt64 { self.state.withLock { $0.process?.memory ?? 0 } }
    var process: Int32? { self.state.withLock { $0.process?.id } }
    var walls: [String] {
        let said = self.state.withLock { $0.process?.said }
        return [("seccomp", "filter"), ("landlock", "files")].filter { said?[$0.1] == true }.map(\.0)
    }
    var complaint: String? { self.state.withLock { $0.process?.said?["complaint"]?.stringValue } }

    func call(_ step: String, _ input: [UInt8]) async throws -> PluginReply {
        let process = try await self.running()
        do {
            let reply = try await process.call(step, input)
            self.state.withLock { ($0.crashes, $0.notBefore) = (0, nil) }
            return reply
        } catch {
            guard let ending = process.ending else { throw error }
            self.note(processEnded: process)
            guard let error = error as? PluginError, error.code == ending.code else { throw error }
            throw ProcessEnd(process: process.id, error: error)
        }
    }

    // MARK: - Starting again

    /// The process that runs, or a new one.
    private func running() async throws -> HelperProcess {
        if let process = try self.current() { return process }
        return try await withCheckedThrowingContinuation { continuation in
            self.starting.async { continuation.resume(with: Result { try self.restarted() }) }
        }
    }

    /// The process that runs; nil if it is to be started.
    private func current() throws -> HelperProcess? {
        let (process, notBefore) = self.state.withLock { ($0.process, $0.notBefore) }
        if let process, process.ending == nil { return process }
        if let process { self.note(processEnded: process) }
        let pause = (self.state.withLock { $0.notBefore } ?? notBefore).map { $0 - self.now() } ?? .zero
        guard pause > .zero else { return nil }
        let error = PluginError(
            .crashed, "The plugin '\(self.manifest.name)' has crashed repeatedly, and is started again in \(pause).",
            retryAfter: pause)
        throw ProcessEnd(process: self.state.withLock { $0.lastEnded }, error: error)
    }

    private func restarted() throws -> HelperProcess {
        if let process = try self.current() { return process }
        let process = try self.start()
        self.state.withLock { $0.process = process }
        return process
    }

    private func start() throws(PluginError) -> HelperProcess {
        try HelperProcess(
            self.command, environment: self.environment, name: self.manifest.name, limits: self.limits)
    }

    /// Counts a crash, once for each process, and says when the next one may start.
    private func note(processEnded process: HelperProcess) {
        let now = self.now()
        self.state.withLock { state in
            guard state.process === process else { return }
            (state.process, state.lastEnded) = (nil, process.id)
            state.crashes += 1
            guard state.crashes > 1 else { return }
            let pause = self.limits.firstPause * (1 << min(state.crashes - 2, 20))
            state.notBefore = now + min(pause, self.limits.longestPause)
        }
    }
}
