// SPDX-License-Identifier: Apache-2.0

/// Puts handled events together that come in the order of their times.
package struct WindowAligner: Sendable {
    private static let maximumInputs = 10_000

    private let rule: WindowRule
    /// What may still belong to a window.
    private var recent: [HandledInput] = []
    /// Windows around an event that are not over, by their ends.
    private var open: [(start: Int64, end: Int64)] = []
    private var span: (start: Int64, end: Int64)?

    /// Makes an aligner.
    package init(_ rule: WindowRule) { self.rule = rule }

    /// Takes an event; what is late joins the window that is open.
    ///
    /// - Returns: The windows that are over now.
    package mutating func add(_ input: HandledInput) -> [InputWindow] {
        let time = input.event.timestamp
        var windows: [InputWindow] = []
        switch self.rule {
        case .tumbling(let length):
            let length = max(1, length.wholeNanoseconds)
            if let span, time >= span.end { windows = self.finish() }
            if self.span == nil {
                let rest = time % length
                let start = time &- (rest < 0 ? rest + length : rest)
                self.span = (start, start &+ length)
            }
            self.append(input)
        case .around(let modality, let before, let after):
            windows = self.close(before: time)
            self.append(input)
            if input.event.modality == modality {
                self.open.append((time &- before.wholeNanoseconds, time &+ max(1, after.wholeNanoseconds)))
            }
            let earliest = self.open.first?.start ?? time &- before.wholeNanoseconds
            self.recent.removeAll { $0.event.timestamp < earliest && !$0.event.isLate }
        }
        return windows
    }

    /// Ends what is open.
    package mutating func finish() -> [InputWindow] {
        defer { (self.recent, self.span) = ([], nil) }
        switch self.rule {
        case .tumbling:
            guard let span, !self.recent.isEmpty else { return [] }
            return [InputWindow(start: span.start, end: span.end, inputs: self.recent)]
        case .around: return self.close(before: .max)
        }
    }

    private mutating func append(_ input: HandledInput) {
        self.recent.append(input)
        if self.recent.count > Self.maximumInputs { self.recent.removeFirst() }
    }

    private mutating func close(before time: Int64) -> [InputWindow] {
        let over = self.open.prefix { $0.end <= time }
        self.open.removeFirst(over.count)
        return over.map { window in
            InputWindow(
                start: window.start, end: window.end,
                inputs: self.recent.filter { window.start <= $0.event.timestamp && $0.event.timestamp < window.end })
        }
    }
}
