// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Observability
internal import OrderedCollections

/// A log line for people.
struct LogLine {
    private let record: LogRecord

    init(_ record: LogRecord) { self.record = record }

    /// Time, level, message, and what else is known.
    var text: String {
        let style = TextStyle()
        let level = self.record.severity.name.padding(to: 8)
        let trace = self.record.trace.map { "  " + style.faint(String("\($0.traceID)".prefix(8))) } ?? ""
        let more = (self.record.attributes.json.objectValue ?? [:]).map { key, value in
            "\(key)=\(value.stringValue ?? value.serialized())"
        }
        let attributes = more.isEmpty ? "" : "  " + style.faint(more.joined(separator: " "))
        return
            "\(style.faint(Timestamp.text(self.record.time)))  "
            + "\(self.record.severity >= .error ? style.strong(level) : level)\(self.record.message)\(attributes)\(trace)"
    }
}
