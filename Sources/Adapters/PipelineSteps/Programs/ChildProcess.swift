// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import Pipelines
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A program in a process group of its own, which has nothing to read: signals of the terminal do not come to it.
package final class ChildProcess: Sendable {
    /// How it ended.
    package enum Ending: Sendable, Equatable {
        /// With a status.
        case exited(Int32)
        /// By a signal.
        case killed(Int32)
    }

    private let id: pid_t
    private let endsGroup: Bool
    /// Whether the process has been waited for, after which its number may be another's.
    private let isGone = Mutex(false)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: What follows its name.
    ///   - environment: All of its environment, NAME=VALUE.
    ///   - output: The descriptor that it prints to; nil for where this program prints.
    ///   - endsGroup: Whether whatever it leaves in its group is ended with it, and signals go to all of the group.
    /// - Throws: What the system says, with the program's path.
    package init(
        _ path: String, _ arguments: [String], environment: [String], output: Int32? = nil, endsGroup: Bool
    ) throws {
        self.endsGroup = endsGroup
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
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
        let variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var id = pid_t()
        let code = posix_spawn(&id, path, &actions, &attributes, words, variables)
        guard code == 0 else { throw fileError("'\(path)' cannot be started", code: code) }
        self.id = id
    }

    /// Waits until the program has ended.
    ///
    /// - Parameter signal: What it is told when the task is cancelled; it is waited for all the same.
    package func end(cancelledBy signal: Int32 = SIGKILL) async -> Ending {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: self.wait()) }
            }
        } onCancel: {
            self.isGone.withLock { isGone in if !isGone { self.send(signal) } }
        }
    }

    private func send(_ signal: Int32) { kill(self.endsGroup ? -self.id : self.id, signal) }

    private func wait() -> Ending {
        var information = siginfo_t()
        // Leaves the process where it is, so that its number stays its own until nobody can signal it any more.
        while waitid(P_PID, id_t(self.id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return self.isGone.withLock { isGone in
            if self.endsGroup { self.send(SIGKILL) }
            var status: Int32 = 0
            while waitpid(self.id, &status, 0) < 0, errno == EINTR {}
            isGone = true
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
        }
    }
}
