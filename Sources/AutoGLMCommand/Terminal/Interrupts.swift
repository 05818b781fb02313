// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Turns Ctrl-C and a request to end into an event; the second one ends the program at once.
///
/// The handler only writes the signal's number into a pipe, and one thread reads it. (Waiting for blocked signals is no way here:
/// Dispatch lets the main thread wait with every signal unblocked.) Writing to a closed pipe becomes an error of `write`.
struct Interrupts: Sendable {
    /// One element, the number of the first signal when it has come.
    let signals: AsyncStream<Int32>

    /// The signals; SIGUSR1 is how mpirun is asked to let its processes end in peace: it passes that on, and nothing more.
    private static var numbers: [Int32] {
        [SIGINT, SIGTERM] + (getenv("OMPI_COMM_WORLD_SIZE") == nil ? [] : [SIGUSR1])
    }

    /// The pipe's ends; negative where the system has no more, and signals then end the program.
    private static let ends: (read: Int32, write: Int32) = {
        var ends: [Int32] = [-1, -1]
        return pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    }()

    /// Takes over the signals.
    init() {
        signal(SIGPIPE, SIG_IGN)
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        self.signals = signals
        let source = Self.ends.read
        guard source >= 0 else { return }
        for number in Self.numbers {
            signal(number) { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Interrupts.ends.write, &byte, 1)
                errno = before
            }
        }
        DispatchQueue(label: "autoglm.signals").async {
            var byte: UInt8 = 0
            while true {
                let count = read(source, &byte, 1)
                if count < 0, errno == EINTR { continue }
                guard count == 1 else { return }
                let number = Int32(byte)
                if case .terminated = continuation.yield(number) { _exit(ExitStatus.ended(bySignal: number)) }
                continuation.finish()
            }
        }
    }
}
