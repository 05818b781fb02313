// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Observability
internal import OrderedCollections

/// A trace as text: a line a span, indented below what it is a part of, with a bar where it lies in time.
///
/// ```text
/// POST /v1/chat/completions      ████████████████████████████████████████   812 ms  200
/// └─ chat smollm2                 ▐██████████████████████████████████████   803 ms  37 → 12 tokens, stop
/// ```
struct TraceDrawing {
    private static let barWidth = 40
    private static let maximumSpans = 500

    private let trace: StoredTrace
    private let showsAttributes: Bool
    private let style = TextStyle()
    private let children: [SpanID: [SpanRecord]]
    private let roots: [SpanRecord]
    private let start: UInt64
    private let length: UInt64

    init(_ trace: StoredTrace, showsAttributes: Bool) {
        self.trace = trace
        self.showsAttributes = showsAttributes
        let known = Set(trace.spans.map(\.context.spanID))
        // Spans whose parent is elsewhere, or gave way, begin a tree of their own.
        self.roots = trace.spans.filter { $0.parentID.map { !known.contains($0) } ?? true }
        self.children = Dictionary(
            grouping: trace.spans.filter { $0.parentID.map(known.contains) ?? false },
            by: { $0.parentID ?? $0.context.spanID })
        self.start = trace.spans.map(\.start).min() ?? 0
        self.length = max(1, (trace.spans.map(\.end).max() ?? 0) - self.start)
    }

    /// Writes it to stdout.
    func write() throws {
        let count = self.trace.spans.count
        try Console.line(
            "\(self.style.strong("trace \(self.trace.id)"))  \(Timestamp.text(self.start))  "
                + "\(count) span\(count == 1 ? "" : "s"), \(FlowPrinter.time(.nanoseconds(Int64(self.length))))")
        try Console.line("")
        let lines = self.lines()
        let width = min(60, lines.map { $0.label.count }.max() ?? 0)
        for line in lines.prefix(Self.maximumSpans) {
            let label = line.label.padding(to: width)
            let time = FlowPrinter.time(line.span.duration)
            try Console.line(
                "\(label)  \(self.bar(line.span))  "
                    + String(repeating: " ", count: max(0, 8 - time.count)) + "\(time)  \(self.facts(line.span))")
            if self.showsAttributes { try self.writeDetails(line.span, indentation: line.depth * 3 + 2) }
        }
        if lines.count > Self.maximumSpans { try Console.line("… and \(lines.count - Self.maximumSpans) more spans") }
        if !self.trace.logs.isEmpty { try Console.line("") }
        for log in self.trace.logs { try Console.line(LogLine(log).text) }
    }

    // MARK: - Tree

    private struct Line {
        var label: String
        var depth: Int
        var span: SpanRecord
    }

    private func lines() -> [Line] {
        var lines: [Line] = []
        // What is still to be drawn, the next one last; a trace that names itself as its parent ends at the limit.
        var open: [(span: SpanRecord, prefix: String, isLast: Bool, depth: Int)] = self.roots.reversed().map {
            ($0, "", true, 0)
        }
        while let next = open.popLast(), lines.count <= Self.maximumSpans {
            let branch = next.depth == 0 ? "" : next.prefix + (next.isLast ? "└─ " : "├─ ")
            lines.append(Line(label: branch + next.span.name, depth: next.depth, span: next.span))
            let children = self.children[next.span.context.spanID] ?? []
            let prefix = next.depth == 0 ? "" : next.prefix + (next.isLast ? "   " : "│  ")
            for (index, child) in children.enumerated().reversed() {
                open.append((child, prefix, index == children.count - 1, next.depth + 1))
            }
        }
        return lines
    }

    /// A span's place in time, to half a character.
    private func bar(_ span: SpanRecord) -> String {
        let halves = Double(2 * Self.barWidth)
        func place(_ time: UInt64) -> Int { Int((Double(time - min(self.start, time)) / Double(self.length) * halves)) }
        let begin = min(place(span.start), 2 * Self.barWidth - 1)
        let end = max(begin + 1, min(place(span.end), 2 * Self.barWidth))
        var bar = ""
        for cell in 0..<Self.barWidth {
            let (left, right) = (begin <= 2 * cell && 2 * cell < end, begin <= 2 * cell + 1 && 2 * cell + 1 < end)
            bar += left && right ? "█" : left ? "▌" : right ? "▐" : " "
        }
        return bar
    }

    /// What there is to say of a span in a few words.
    private func facts(_ span: SpanRecord) -> String {
        var facts: [String] = []
        if case .int(let status) = span.attributes["http.response.status_code"] { facts.append("\(status)") }
        if case .int(let input) = span.attributes["gen_ai.usage.input_tokens"],
            case .int(let output) = span.attributes["gen_ai.usage.output_tokens"]
        {
            facts.append("\(input) → \(output) tokens")
        }
        if case .double(let seconds) = span.attributes["gen_ai.response.time_to_first_chunk"] {
            facts.append("first after \(FlowPrinter.time(.seconds(seconds)))")
        }
        if case .strings(let reasons) = span.attributes["gen_ai.response.finish_reasons"] {
            facts.append(reasons.joined(separator: ", "))
        }
        if case .string(let error) = span.attributes["error.type"] { facts.append(self.style.strong("✘ \(error)")) }
        return facts.joined(separator: ", ")
    }

    private func writeDetails(_ span: SpanRecord, indentation: Int) throws {
        let space = String(repeating: " ", count: indentation)
        if case .error(let message) = span.status, !message.isEmpty { try Console.line("\(space)error: \(message)") }
        for (key, value) in span.attributes.json.objectValue ?? [:] {
            try Console.line("\(space)\(self.style.faint("\(key):")) \(FlowPrinter.brief(value))")
        }
        for event in span.events {
            try Console.line("\(space)\(event.name) \(FlowPrinter.brief(event.attributes.json))")
        }
    }
}
