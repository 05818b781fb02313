// SPDX-License-Identifier: Apache-2.0

internal import CPluginProcess
internal import Dispatch
internal import LLMCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A running process of a plugin.
///
/// A thread reads what comes, until the process has ended; ``stop()`` ends it.
final class HelperProcess: Sendable {
    private struct Call {
        let pending: PendingCall
        let start: ContinuousClock.Instant
    }

    private struct State {
        var calls: [UInt64: Call] = [:]
        var last: UInt64 = 0
        /// What the socket did not take at once, and whether somebody sends it.
        var unsent: [UInt8] = []
        var isSending = false
        /// Why it has ended, or is about to.
        var ending: PluginError?
        var isReaped = false
        /// When it was told that nobody needs it.
        var stopped: ContinuousClock.Instant?
        /// Whether it makes one call at a time, and when the last one ended.
        var isSerial = false
        var lastReply: ContinuousClock.Instant?
        /// The memory that it had when it greeted.
        var base: UInt64 = 0

        /// Whether a call takes longer than one may; where calls wait for each other, none begins before the last one's reply.
        func hasLateCall(at now: ContinuousClock.Instant, _ most: Duration) -> Bool {
            let earliest = self.isSerial ? self.lastReply : nil
            return self.calls.values.contains { max($0.start, earliest ?? $0.start) + most < now }
        }
    }

    /// How long a process that nobody needs may take to end by itself.
    private static let farewell = Duration.seconds(5)

    /// The process's number.
    let id: Int32
    private let name: String
    private let descriptor: Int32
    private let limits: PluginLimits
    private let state = Mutex(State())
    private let greeted = DispatchSemaphore(value: 0)
    private let greeting = Mutex<PluginReply?>(nil)
    private let sending = DispatchQueue(label: "autoglm.plugin.sending")

    /// Starts a process, and waits for its greeting.
    ///
    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - environment: All that it sees of the environment.
    ///   - name: The plugin's name, for messages.
    ///   - limits: What it may take.
    /// - Throws: ``PluginError``: it cannot be started, or says why it cannot load the plugin.
    init(_ command: [String], environment: [String: String], name: String, limits: PluginLimits) throws(PluginError) {
        let variables = environment.map { "\($0)=\($1)" }.sorted()
        var (id, descriptor): (Int32, Int32) = (0, 0)
        let error = withCStrings(command) { arguments in
            withCStrings(variables) { cpp_start(arguments, $0, &id, &descriptor) }
        }
        guard error == 0 else {
            throw PluginError(
                .cannotLoad,
                "The process of the plugin '\(name)' cannot be started with '\(command.first ?? "")': \(String(cString: strerror(error)))."
            )
        }
        (self.id, self.descriptor, self.name, self.limits) = (id, descriptor, name, limits)
        let look = min(limits.callTime / 8, .milliseconds(250)) / .microseconds(1)
        var time = timeval(tv_sec: 0, tv_usec: .init(max(look, 1000)))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        // A thread for as long as the process lives.
        DispatchQueue(label: "autoglm.plugin.reading").async { self.read() }
        try self.waitForGreeting()
    }

    deinit { close(self.descriptor) }

    private func waitForGreeting() throws(PluginError) {
        let time = DispatchTime.now() + .microseconds(Int(self.limits.loadTime / .microseconds(1)))
        if self.greeted.wait(timeout: time) == .timedOut {
            self.end(PluginError(.hung, "The plugin '\(self.name)' took longer than \(self.limits.loadTime) to load."))
        }
        let reply = self.greeting.withLock { $0 }
        if let failure = reply?.ownFailure { throw failure }
        if reply == nil, let ending = self.state.withLock({ $0.ending }) { throw ending }
    }

    /// What it said of itself first.
    var said: JSONValue? { self.greeting.withLock { $0 }.flatMap { try? JSONValue(parsing: $0.bytes) } }

    /// Why it takes no more calls; nil while it does.
    var ending: PluginError? { self.state.withLock { $0.ending } }

    /// The memory that it has at this moment, in bytes.
    var memory: UInt64 { self.state.withLock { $0.isReaped ? 0 : cpp_resident_memory(self.id) } }

    // MARK: - Calls

    /// Calls a step.
    ///
    /// - Throws: ``PluginError`` with code `.crashed`, `.hung` or `.outOfMemory` if the process ends meanwhile; `CancellationError`.
    func call(_ step: String, _ input: [UInt8]) async throws -> PluginReply {
        let pending = PendingCall()
        let reply = try await pending.wait { try self.begin(pending, step, input) }
        if let failure = reply.ownFailure { throw failure }
        return reply
    }

    private func begin(_ pending: PendingCall, _ step: String, _ input: [UInt8]) throws(PluginError) {
        guard input.count + step.utf8.count + 10 <= PluginFrame.maximumBytes else {
            throw PluginError(
                .badInput, "The input has \(input.count) bytes; \(PluginFrame.maximumBytes) are the most.")
        }
        let start = ContinuousClock.now
        let outcome = self.state.withLock { state -> Result<Bool, PluginError> in
            if let ending = state.ending { return .failure(ending) }
            state.last += 1
            state.calls[state.last] = Call(pending: pending, start: start)
            let frame = PluginFrame.call(state.last, step, input)
            if state.isSending {
                state.unsent += frame
                return .success(false)
            }
            // A socket whose other end is gone is seen by the reader.
            let sent = PluginSocket.send(frame, to: self.descriptor, isWaiting: false) ?? frame.count
            state.unsent += frame[sent...]
            state.isSending = !state.unsent.isEmpty
            return .success(state.isSending)
        }
        if try outcome.get() { self.sending.async { self.send() } }
    }

    /// Sends the rest of a long frame from a thread that may wait.
    private func send() {
        while true {
            let bytes = self.state.withLock { state in
                defer { state.unsent = [] }
                if state.unsent.isEmpty { state.isSending = false }
                return state.unsent
            }
            guard !bytes.isEmpty, PluginSocket.send(bytes, to: self.descriptor, isWaiting: true) != nil else { return }
        }
    }

    // MARK: - Reading

    /// Ends the process when nobody needs it: its library is closed, then it ends by itself.
    func stop() {
        self.state.withLock { state in
            if state.ending == nil { state.ending = PluginError(.unloaded, "The plugin '\(self.name)' is unloaded.") }
            state.stopped = state.stopped ?? .now
            if !state.isReaped { shutdown(self.descriptor, Int32(SHUT_WR)) }
        }
    }

    /// Ends the process at once.
    private func end(_ error: PluginError) {
        self.state.withLock { state in
            if state.ending == nil || state.ending?.code == .unloaded { state.ending = error }
            if !state.isReaped { kill(self.id, SIGKILL) }
        }
    }

    private func read() {
        var socket = PluginSocket(self.descriptor)
        var count: UInt64 = 0
        reading: while true {
            switch socket.next() {
            case .frame(let body):
                guard let (number, reply) = PluginFrame.reply(in: body) else {
                    self.endForNonsense()
                    break reading
                }
                self.finish(number, reply)
                count += 1
                if count % 256 == 0 { self.look() }
            case .nothing: self.look()
            case .end: break reading
            case .nonsense:
                self.endForNonsense()
                break reading
            }
        }
        self.conclude()
    }

    private func endForNonsense() {
        self.end(
            PluginError(
                .crashed, "The process of the plugin '\(self.name)' sent what is no answer, and was ended."))
    }

    private func finish(_ number: UInt64, _ reply: PluginReply) {
        if number == 0 {
            let isFirst = self.greeting.withLock { greeting in
                defer { greeting = greeting ?? reply }
                return greeting == nil
            }
            if isFirst {
                let base = self.memory
                let isSerial = self.said?["serial"] == true
                self.state.withLock { ($0.base, $0.isSerial) = (base, isSerial) }
                self.greeted.signal()
            }
            return
        }
        let call = self.state.withLock { state in
            let call = state.calls.removeValue(forKey: number)
            if call != nil { state.lastReply = .now }
            return call
        }
        call?.pending.finish(.success(reply))
    }

    /// Ends the process if it takes too long, or too much.
    private func look() {
        let (now, name) = (ContinuousClock.now, self.name)
        if let stopped = self.state.withLock({ $0.stopped }), now > stopped + Self.farewell {
            self.end(PluginError(.unloaded, "The plugin '\(name)' is unloaded."))
        } else if self.state.withLock({ $0.hasLateCall(at: now, self.limits.callTime) }) {
            self.end(
                PluginError(
                    .hung,
                    "A call of the plugin '\(name)' took longer than \(self.limits.callTime); its process was ended."))
        } else if self.memory > self.state.withLock({ $0.base }) + UInt64(clamping: self.limits.memory) {
            self.end(
                PluginError(
                    .outOfMemory,
                    "The process of the plugin '\(name)' took more than \(self.limits.memory >> 20) MiB, and was ended."
                ))
        }
    }

    /// Waits for the process, whose socket is gone, and tells everybody who waits for it.
    private func conclude() {
        let status = self.reap()
        let (error, calls) = self.state.withLock { state -> (PluginError, [Call]) in
            let error = state.ending ?? Self.crash(of: self.name, status)
            state.ending = error
            defer { state.calls = [:] }
            return (error, Array(state.calls.values))
        }
        shutdown(self.descriptor, Int32(SHUT_RDWR))
        for call in calls { call.pending.finish(.failure(error)) }
        self.greeted.signal()
    }

    /// Takes the process's status; one that does not end by itself is ended.
    private func reap() -> Int32 {
        var status: Int32 = 0
        for attempt in 0... {
            let isReaped = self.state.withLock { state in
                if attempt == 300 { kill(self.id, SIGKILL) }
                let found = waitpid(self.id, &status, WNOHANG)
                state.isReaped = found != 0 && !(found < 0 && errno == EINTR)
                return state.isReaped
            }
            if isReaped { break }
            usleep(attempt < 20 ? 500 : 10_000)
        }
        return status
    }

    private static func crash(of name: String, _ status: Int32) -> PluginError {
        let signal = status & 0x7F
        let how =
            signal == 0
            ? "ended with status \((status >> 8) & 0xFF)"
            : "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        return PluginError(.crashed, "The process of the plugin '\(name)' \(how).")
    }
}

/// Lends texts as C has them, with NULL after the last.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
}
