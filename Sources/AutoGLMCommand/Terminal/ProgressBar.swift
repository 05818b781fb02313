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
        let first = label + (total.map { ", \(Self.size($0))" } ?? "")
        self.draw(label, first: first, isLast: bytes == total) { "\(label)  \(Self.text(bytes, total))" }
    }

    /// Shows some steps of what is being done.
    ///
    /// - Parameters:
    ///   - label: What it is called as long as it is one thing.
    ///   - text: What is said of it just now.
    func show(_ label: String, _ text: String, _ step: Int, of steps: Int) {
        self.draw(label, first: text, isLast: step == steps) { "\(Self.bar(step, steps))  \(text)" }
    }

    private func draw(_ label: String, first: String, isLast: Bool, _ line: () -> String) {
        self.state.withLock { state in
            let isNew = label != state.label
            guard self.isTerminal else {
                if isNew { Console.note(first) }
                state.label = label
                return
            }
            if isNew, state.isOpen { Console.noteWithoutNewline("\n") }
            let now = ContinuousClock.now
            if !isNew, !isLast, let last = state.lastDraw, last.duration(to: now) < .milliseconds(100) { return }
            (state.label, state.isOpen, state.lastDraw) = (label, true, now)
            Console.noteWithoutNewline("\r\u{1B}[K\(line())")
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
        return "\(Self.bar(bytes, total)) of \(Self.size(total))"
    }

    private static func bar(_ part: Int, _ total: Int) -> String {
        let (width, total) = (24, max(1, total))
        let done = min(width, part * width / total)
        let bar = String(repeating: "#", count: done) + String(repeating: ".", count: width - done)
        return "\(bar) \(min(100, part * 100 / total)) %"
    }

    private static func size(_ bytes: Int) -> String { bytes < 1 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB" }
}
