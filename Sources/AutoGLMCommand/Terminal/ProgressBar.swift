// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Shows on stderr how far something is: one line that is written over on a terminal, else a line for each thing.
final class ProgressBar: Sendable {
    private struct State {
        var label = ""
        var isOpen = false
        var lastDraw: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let isTerminal = isatty(STDERR_FILENO) == 1

    /// Shows some bytes of what is being fetched.
    func show(_ label: String, _ bytes: Int, of total: Int?) {
        self.state.withLock { state in
            let isNew = label != state.label
            guard self.isTerminal else {
                if isNew { Console.note(label + (total.map { ", \(Self.size($0))" } ?? "")) }
                state.label = label
                return
            }
            if isNew, state.isOpen { Console.noteWithoutNewline("\n") }
            let now = ContinuousClock.now
            if !isNew, bytes != total, let last = state.lastDraw, last.duration(to: now) < .milliseconds(100) { return }
            (state.label, state.isOpen, state.lastDraw) = (label, true, now)
            Console.noteWithoutNewline("\r\u{1B}[K\(label)  \(Self.text(bytes, total))")
        }
    }

    /// Ends the line.
    func end() {
        self.state.withLock { state in
            if state.isOpen { Console.noteWithoutNewline("\n") }
            state.isOpen = false
        }
    }

    private static func text(_ bytes: Int, _ total: Int?) -> String {
        guard let total, total > 0 else { return Self.size(bytes) }
        let width = 24
        let done = min(width, bytes * width / total)
        let bar = String(repeating: "#", count: done) + String(repeating: ".", count: width - done)
        return "\(bar) \(min(100, bytes * 100 / total)) % of \(Self.size(total))"
    }

    private static func size(_ bytes: Int) -> String { bytes < 1 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB" }
}
