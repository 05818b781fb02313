// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Turns Ctrl-C and a request to end into an event; the second one ends the program at once.
///
/// The signals are blocked in every thread and one thread waits for them, so nothing is interrupted halfway and no code
/// runs inside a signal handler. Writing to a closed pipe becomes an error of `write`.
struct Interrupts: Sendable {
    /// One element a signal.
    let signals: AsyncStream<Int32>

    /// Takes over the signals; call it before any thread is started.
    init() {
        signal(SIGPIPE, SIG_IGN)
        // Shells start background jobs with this ignored, and an ignored signal cannot be waited for.
        signal(SIGINT, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        self.signals = signals
        let waited = set
        DispatchQueue(label: "autoglm.signals").async {
            var waited = waited
            var number: Int32 = 0
            while sigwait(&waited, &number) == 0 {
                if case .terminated = continuation.yield(number) { _exit(ExitStatus.interrupted) }
                continuation.finish()
            }
        }
    }
}
