// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import PromptTemplates
internal import Synchronization

/// The place of one plugin: its version of this moment, its accounts, and whether it is left alone.
final class PluginSlot: Sendable {
    private struct State {
        var runtime: (any PluginRuntime)?
        var isUnloaded = false
        var swaps = 0
        var account = PluginAccount()
        var faultsInRow = 0
        var quarantinedUntil: ContinuousClock.Instant?
        /// The process whose end was counted last.
        var countedEnd: Int32?
    }

    private let name: String
    private let quarantine: PluginQuarantine
    private let now: @Sendable () -> ContinuousClock.Instant
    private let load: @Sendable () throws(PluginError) -> any PluginRuntime
    private let state = Mutex(State())
    /// Held while a version is loaded first, so that it is loaded once.
    private let loading = Mutex(())
    /// Where calls wait for that.
    private let waiting: DispatchQueue

    init(
        _ name: String, quarantine: PluginQuarantine, now: @escaping @Sendable () -> ContinuousClock.Instant,
        load: @escaping @Sendable () throws(PluginError) -> any PluginRuntime
    ) {
        (self.name, self.quarantine, self.now, self.load) = (name, quarantine, now, load)
        self.waiting = DispatchQueue(label: "autoglm.plugin.loading.\(name)")
    }

    /// Whether a version is loaded, when loading that is under way has ended.
    var isLoaded: Bool { self.loading.withLock { _ in self.state.withLock { $0.runtime != nil } } }

    var status: PluginStatus {
        let state = self.state.withLock { $0 }
        let left = state.quarantinedUntil.map { $0 - self.now() }
        return PluginStatus(
            name: self.name, version: state.runtime?.manifest.version, process: state.runtime?.process,
            walls: state.runtime?.walls ?? [], memory: state.runtime?.memory ?? 0, complaint: state.runtime?.complaint,
            quarantine: left.flatMap { $0 > .zero ? $0 : nil }, swaps: state.swaps, account: state.account)
    }

    // MARK: - Versions

    /// The version that new calls go to, loaded if it is not.
    func running() throws(PluginError) -> any PluginRuntime {
        if let runtime = try self.current() { return runtime }
        return try self.loading.withLock { _ throws(PluginError) in try self.loaded() }
    }

    /// The version that is loaded, or is now; for whoever holds `loading`.
    private func loaded() throws(PluginError) -> any PluginRuntime {
        if let runtime = try self.current() { return runtime }
        let runtime = try self.load()
        self.state.withLock { $0.runtime = runtime }
        return runtime
    }

    /// The same for a call: a failure counts, and enough of them leave the plugin alone before the next one waits for it.
    private func loadedForCall() throws(PluginError) -> any PluginRuntime {
        try self.loading.withLock { _ throws(PluginError) in
            try self.checkQuarantine()
            do throws(PluginError) { return try self.loaded() } catch {
                self.note(.zero, error)
                throw error
            }
        }
    }

    private func current() throws(PluginError) -> (any PluginRuntime)? {
        let (runtime, isUnloaded) = self.state.withLock { ($0.runtime, $0.isUnloaded) }
        if isUnloaded { throw PluginError(.unloaded, "The plugin '\(self.name)' is unloaded.") }
        return runtime
    }

    /// Lets new calls go to another version; the old one is closed after its last call.
    ///
    /// - Returns: The old version.
    func swap(to runtime: any PluginRuntime) -> SemanticVersion? {
        let old = self.state.withLock { state in
            defer {
                (state.runtime, state.faultsInRow, state.quarantinedUntil) = (runtime, 0, nil)
                state.swaps += 1
            }
            return state.runtime
        }
        return old?.manifest.version
    }

    /// Takes no more calls; the version is closed after its last call.
    func unload() {
        let old = self.state.withLock { state in
            defer { (state.runtime, state.isUnloaded) = (nil, true) }
            return state.runtime
        }
        _ = old
    }

    /// Forgets faults.
    func release() { self.state.withLock { ($0.faultsInRow, $0.quarantinedUntil) = (0, nil) } }

    // MARK: - Calls

    /// Calls a step with what is checked against the manifest, before and after.
    func call(_ step: String, _ input: JSONValue) async throws -> JSONValue {
        let runtime = try await self.admitted()
        let operation = try runtime.manifest.step(named: step)
        if let problem = operation.inputs.problem(with: input) {
            throw PluginError(
                .badInput, "The step '\(step)' of the plugin '\(self.name)' cannot take that: \(problem).")
        }
        return try await self.accounted {
            let output = try await self.reply(of: runtime, step, Array(input.serialized().utf8))
            return try self.checked(output, operation)
        }
    }

    /// Calls a step with bytes that nobody checks.
    func call(_ step: String, bytes: [UInt8]) async throws -> [UInt8] {
        let runtime = try await self.admitted()
        return try await self.accounted { try await self.reply(of: runtime, step, bytes) }
    }

    /// The version for a new call, unless the plugin is left alone.
    private func admitted() async throws(PluginError) -> any PluginRuntime {
        try self.checkQuarantine()
        if let runtime = self.state.withLock({ $0.isUnloaded ? nil : $0.runtime }) { return runtime }
        // Loading may take its time, and must not take it from tasks.
        let result = await withCheckedContinuation { continuation in
            self.waiting.async {
                continuation.resume(
                    returning: Result { () throws(PluginError) -> any PluginRuntime in try self.loadedForCall() })
            }
        }
        return try result.get()
    }

    private func checkQuarantine() throws(PluginError) {
        guard let until = self.state.withLock({ $0.quarantinedUntil }) else { return }
        let left = until - self.now()
        guard left > .zero else { return }
        throw PluginError(
            .quarantined,
            "The plugin '\(self.name)' failed \(self.quarantine.faults) times in a row, and is left alone for \(left). Mend or replace it; `autoglm plugin release \(self.name)` lets it out.",
            retryAfter: left)
    }

    private func reply(of runtime: any PluginRuntime, _ step: String, _ input: [UInt8]) async throws -> [UInt8] {
        let reply = try await runtime.call(step, input)
        guard reply.status == 0 else { throw self.failure(step, reply) }
        return reply.bytes
    }

    private func checked(_ bytes: [UInt8], _ operation: PluginOperation) throws(PluginError) -> JSONValue {
        let title = "The step '\(operation.name)' of the plugin '\(self.name)'"
        let output: JSONValue
        do { output = try JSONValue(parsing: bytes) } catch {
            throw PluginError(.badReply, "\(title) gave what is no JSON.", cause: error)
        }
        if let problem = operation.outputs.problem(with: output) {
            throw PluginError(.badReply, "\(title) gave what its manifest does not promise: \(problem).")
        }
        return output
    }

    /// What a plugin says of a call that failed; it may say anything.
    private func failure(_ step: String, _ reply: PluginReply) -> PluginRefusal {
        let said = try? JSONValue(parsing: reply.bytes)
        let code = said?["code"]?.stringValue.flatMap { PluginFields.isWord($0) ? $0 : nil }
        let message = said?["message"]?.stringValue.map { String($0.prefix(2_000)) }
        let error = PluginError(
            PluginError.Code(rawValue: "\(self.name).\(code ?? "failed")"),
            "The step '\(step)' of the plugin '\(self.name)' failed (status \(reply.status))\(message.map { ": \($0)" } ?? ".")"
        )
        return PluginRefusal(code: code, message: message, error: error)
    }

    // MARK: - Accounts

    private func accounted<Output>(_ call: () async throws -> Output) async throws -> Output {
        let start = ContinuousClock.now
        do {
            let output = try await call()
            self.note(start.duration(to: .now), nil)
            return output
        } catch let end as ProcessEnd {
            self.note(start.duration(to: .now), end.error, processEnded: end.process)
            throw end.error
        } catch {
            self.note(start.duration(to: .now), error)
            throw error
        }
    }

    private func note(_ time: Duration, _ error: (any Error)?, processEnded: Int32? = nil) {
        if error is CancellationError { return }
        let code = (error as? PluginError)?.code
        let isFault = code.map { [.badReply, .crashed, .hung, .outOfMemory, .cannotLoad].contains($0) } ?? false
        self.state.withLock { state in
            state.account.calls += 1
            state.account.time += time
            state.account.longest = max(state.account.longest, time)
            guard error == nil || isFault else {
                state.account.failures += 1
                state.faultsInRow = 0
                return
            }
            guard isFault else {
                (state.faultsInRow, state.quarantinedUntil) = (0, nil)
                return
            }
            state.account.faults += 1
            // Calls that met in a process all tell of its end.
            if let processEnded, state.countedEnd == processEnded { return }
            state.countedEnd = processEnded ?? state.countedEnd
            state.faultsInRow += 1
            if state.faultsInRow >= self.quarantine.faults {
                state.quarantinedUntil = self.now() + self.quarantine.time
            }
        }
    }
}
