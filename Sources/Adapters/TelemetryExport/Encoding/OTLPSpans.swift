// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Observability
internal import SwiftProtobuf

extension OTLP_Span {
    /// A span.
    init(_ record: SpanRecord) {
        self.init()
        self.traceID = Data(record.context.traceID.bytes)
        self.spanID = Data(record.context.spanID.bytes)
        if let parent = record.parentID { self.parentSpanID = Data(parent.bytes) }
        self.traceState = record.context.tracestate ?? ""
        self.flags = Self.flags(isSampled: record.context.isSampled, isRemote: record.isParentRemote)
        self.name = record.name
        self.kind = SpanKind(record.kind)
        self.startTimeUnixNano = record.start
        self.endTimeUnixNano = record.end
        self.attributes = record.attributes.messages
        self.droppedAttributesCount = UInt32(clamping: record.attributes.droppedCount)
        self.events = record.events.map { event in
            OTLP_Span.Event.with {
                ($0.timeUnixNano, $0.name, $0.attributes) = (event.time, event.name, event.attributes.messages)
            }
        }
        self.droppedEventsCount = UInt32(clamping: record.droppedEvents)
        self.links = record.links.map { link in
            OTLP_Span.Link.with { ($0.traceID, $0.spanID) = (Data(link.traceID.bytes), Data(link.spanID.bytes)) }
        }
        switch record.status {
        case .unset: break
        case .ok: self.status = .with { $0.code = .ok }
        case .error(let message):
            self.status = .with { ($0.code, $0.message) = (OTLP_Status.StatusCode.error, message) }
        }
    }

    /// W3C's flags, and whether the parent is another process's, which is told to be known by bit 8 and by bit 9.
    private static func flags(isSampled: Bool, isRemote: Bool) -> UInt32 {
        (isSampled ? 1 : 0) | 0x100 | (isRemote ? 0x200 : 0)
    }
}

extension OTLP_Span.SpanKind {
    fileprivate init(_ kind: SpanRecord.Kind) {
        switch kind {
        case .internal: self = .internal
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        }
    }
}

extension OTLP_LogRecord {
    /// A log line.
    init(_ record: LogRecord) {
        self.init()
        (self.timeUnixNano, self.observedTimeUnixNano) = (record.time, record.time)
        self.severityNumber = Int32(record.severity.rawValue)
        self.severityText = record.severity.name
        self.body = .with { $0.stringValue = record.message }
        self.attributes = record.attributes.messages + [OTLP_KeyValue("logger.name", .string(record.logger))]
        if let trace = record.trace {
            self.traceID = Data(trace.traceID.bytes)
            self.spanID = Data(trace.spanID.bytes)
            self.flags = trace.isSampled ? 1 : 0
        }
    }
}
