// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A program that speaks where this one speaks, in a process group of its own: signals of the terminal come to this one alone.
final class ForegroundProgram: Sendable {
    private let id: pid_t
    /// Whether the process has been waited for, after which its number may be another's.
    private let isGone = Mutex(false)

    /// Starts a program, which has nothing to read.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: What follows its name.
    /// - Throws: ``CommandError``.
    init(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let environment = Settings.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + environment { free(text) } }
        var id = pid_t()
        let code = posix_spawn(&id, path, &actions, &attributes, words, environment)
        guard code == 0 else {
            throw CommandError(.notAvailable, "'\(path)' cannot be started: \(String(cString: strerror(code))).")
        }
        self.id = id
    }

    /// Waits until the program has ended.
    ///
    /// - Parameter signal: What the program is told when the task is cancelled; it is waited for all the same.
    /// - Returns: Its exit status, or 128 and the number of the signal that ended it, as shells have it.
    func end(cancelledBy signal: Int32) async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: self.wait()) }
            }
        } onCancel: {
            self.isGone.withLock { isGone in if !isGone { kill(self.id, signal) } }
        }
    }

    private func wait() -> Int32 {
        var information = siginfo_t()
        // Leaves the process where it is, so that its number stays its own until nobody can signal it any more.
        while waitid(P_PID, id_t(self.id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return self.isGone.withLock { isGone in
            var status: Int32 = 0
            while waitpid(self.id, &status, 0) < 0, errno == EINTR {}
            isGone = true
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : ExitStatus.ended(bySignal: signal)
        }
    }
}
