// SPDX-License-Identifier: Apache-2.0

internal import DequeModule

/// Puts handled events together that come in the order of their times; the oldest are forgotten where they become too many.
public struct WindowAligner: Sendable {
    private static let maximumInputs = 10_000

    private let rule: WindowRule
    private let byteCapacity: Int
    /// What may still belong to a window.
    private var recent = Deque<HandledInput>()
    /// How many bytes the payloads of those are.
    private var bytes = 0
    /// Windows around an event that are not over, by their ends.
    private var open: [(start: Int64, end: Int64)] = []
    private var span: (start: Int64, end: Int64)?
    /// Receipts of what no window to come can have.
    private var settled: [InputReceipt] = []

    /// Makes an aligner.
    ///
    /// - Parameters:
    ///   - rule: Which events are put together.
    ///   - byteCapacity: How many bytes the payloads of what may still belong to a window are at most.
    public init(_ rule: WindowRule, byteCapacity: Int = InputOrderSettings.usualByteCapacity) {
        self.rule = rule
        self.byteCapacity = byteCapacity
    }

    /// How many events may still belong to a window.
    public var waiting: Int { self.recent.count }

    /// Gives out the receipts of what no window to come can have.
    public mutating func takeSettled() -> [InputReceipt] {
        defer { self.settled.removeAll() }
        return self.settled
    }

    /// Takes an event; what is late joins the window that is open.
    ///
    /// - Returns: The windows that are over now.
    public mutating func add(_ input: HandledInput) -> [InputWindow] {
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
                let window = (start: time &- before.wholeNanoseconds, end: time &+ max(1, after.wholeNanoseconds))
                let place = self.open.firstIndex { $0.end > window.end } ?? self.open.endIndex
                self.open.insert(window, at: place)
            }
            let earliest = self.open.first?.start ?? time &- before.wholeNanoseconds
            self.forget { $0.event.timestamp < earliest }
        }
        return windows
    }

    /// Ends what is open.
    public mutating func finish() -> [InputWindow] {
        defer {
            self.settled += self.recent.compactMap(\.event.receipt)
            (self.recent, self.bytes, self.span) = ([], 0, nil)
        }
        switch self.rule {
        case .tumbling:
            guard let span, !self.recent.isEmpty else { return [] }
            return [InputWindow(start: span.start, end: span.end, inputs: Array(self.recent))]
        case .around: return self.close(before: .max)
        }
    }

    private mutating func append(_ input: HandledInput) {
        self.recent.append(input)
        self.bytes += input.event.payload.byteCount
        while self.recent.count > Self.maximumInputs || self.bytes > self.byteCapacity && self.recent.count > 1 {
            let event = self.recent.removeFirst().event
            self.bytes -= event.payload.byteCount
            self.settled += [event.receipt].compactMap { $0 }
        }
    }

    private mutating func forget(_ isOver: (HandledInput) -> Bool) {
        var forgotten: [InputEvent] = []
        self.recent.removeAll { input in
            guard isOver(input) else { return false }
            forgotten.append(input.event)
            return true
        }
        self.bytes -= forgotten.reduce(0) { $0 + $1.payload.byteCount }
        self.settled += forgotten.compactMap(\.receipt)
    }

    private mutating func close(before time: Int64) -> [InputWindow] {
        let over = self.open.prefix { $0.end <= time }
        self.open.removeFirst(over.count)
        return over.map { window in
            InputWindow(
                start: window.start, end: window.end,
                inputs: Array(
                    self.recent.lazy.filter {
                        window.start <= $0.event.timestamp && $0.event.timestamp < window.end
                    }))
        }
    }
}
