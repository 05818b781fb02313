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

/// A program in a process group of its own, without this program's environment.
final class ChildProcess: Sendable {
    /// How it ended.
    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    private static let environment = [
        "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1",
    ]
    private let id: pid_t
    /// Whether the process has been waited for, after which its number may be another's.
    private let isGone = Mutex(false)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: What follows its name.
    ///   - output: What it prints to; from then on nobody else can.
    init(_ path: String, _ arguments: [String], output: OutputPipe) throws {
        defer { output.closeWriteEnd() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor ?? -1, 1)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
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
        let environment = Self.environment.map { strdup($0) } + [nil]
        defer { for text in words + environment { free(text) } }
        var id = pid_t()
        let code = posix_spawn(&id, path, &actions, &attributes, words, environment)
        guard code == 0 else { throw fileError("'\(path)' cannot be started", code: code) }
        self.id = id
    }

    /// Waits until the program has ended, and ends whatever it has left in its group; cancelling the task ends all at once.
    func end() async throws -> Ending {
        let ending = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: self.wait()) }
            }
        } onCancel: {
            self.isGone.withLock { isGone in if !isGone { kill(-self.id, SIGKILL) } }
        }
        try Task.checkCancellation()
        return ending
    }

    private func wait() -> Ending {
        var information = siginfo_t()
        // Leaves the process where it is, so that its number stays its own until the group has been ended.
        while waitid(P_PID, id_t(self.id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return self.isGone.withLock { isGone in
            kill(-self.id, SIGKILL)
            var status: Int32 = 0
            while waitpid(self.id, &status, 0) < 0, errno == EINTR {}
            isGone = true
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
        }
    }
}
