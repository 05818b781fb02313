// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LLMCore
public import MultimodalInputs
internal import OrderedCollections

extension InputEvent {
    private static let keys = ["text", "data", "path", "source", "timestamp_ns"]

    /// Reads an event: one of `text`, `data` in Base64 and `path`, besides `source` and `timestamp_ns`.
    ///
    /// - Parameters:
    ///   - json: The event.
    ///   - now: When it happened where it does not say so, in nanoseconds since 1970; for a path it is when the file was
    ///     written.
    ///   - source: Where it comes from where it does not say so.
    ///   - allowsPaths: Whether files of this machine may be named.
    /// - Throws: ``MultimodalError`` that says what is wrong.
    public init(json: JSONValue, now: Int64, source: String, allowsPaths: Bool) throws {
        guard let members = json.objectValue else {
            throw MultimodalError(.unknownFormat, "An event must be an object, but is of type \(json.typeName).")
        }
        let known = Self.keys.filter { allowsPaths || $0 != "path" }
        for key in members.keys where !known.contains(key) {
            throw MultimodalError(
                .unknownFormat, "An event has the unknown key '\(key)'. \(NearestName.hint(for: key, in: known))")
        }
        let contents = known.filter { !["source", "timestamp_ns"].contains($0) }
        let given = contents.filter { members[$0] != nil }
        guard given.count == 1, let content = try Self.text(members[given[0]], given[0]) else {
            throw MultimodalError(.unknownFormat, "An event needs exactly one of \(contents.joined(separator: ", ")).")
        }
        let source = try Self.text(members["source"], "source") ?? source
        let time = try Self.time(members["timestamp_ns"])
        switch given[0] {
        case "text":
            try Self.check(source: source)
            self.init(.text, .text(content), timestamp: time ?? now, source: source)
        case "data":
            guard let bytes = Data(base64Encoded: content) else {
                throw MultimodalError(.damaged, "The 'data' of an event is not written in Base64.")
            }
            try self.init(encoded: Array(bytes), timestamp: time ?? now, source: source)
        default:
            self = try MediaFile(content, source: source).event()
            if let time { self.timestamp = time }
        }
    }

    /// A time of an event; nil where there is none.
    static func time(_ value: JSONValue?) throws -> Int64? {
        try value.map { value in
            guard let time = value.integerValue else { throw Self.wrongType("timestamp_ns", "a whole number", value) }
            return Int64(time)
        }
    }

    /// A text of an event; nil where there is none.
    static func text(_ value: JSONValue?, _ key: String) throws -> String? {
        guard let value else { return nil }
        guard let text = value.stringValue else { throw Self.wrongType(key, "a text", value) }
        return text
    }

    private static func wrongType(_ key: String, _ wanted: String, _ value: JSONValue) -> MultimodalError {
        MultimodalError(.invalidEvent, "The '\(key)' of an event must be \(wanted), but is of type \(value.typeName).")
    }
}
