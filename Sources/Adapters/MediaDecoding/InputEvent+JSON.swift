// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import LLMCore
package import MultimodalInputs
internal import OrderedCollections

extension InputEvent {
    private static let keys = ["text", "data", "path", "source", "timestamp_ns"]

    /// Reads an event: `text`, `data` in Base64 or `path`, besides `source` and `timestamp_ns`.
    ///
    /// - Parameters:
    ///   - json: The event.
    ///   - now: When it happened where it does not say so, in nanoseconds since 1970; for a path it is when the file was
    ///     written.
    ///   - source: Where it comes from where it does not say so.
    ///   - allowsPaths: Whether files of this machine may be named.
    /// - Throws: ``MultimodalError`` that says what is wrong.
    package init(json: JSONValue, now: Int64, source: String, allowsPaths: Bool) throws {
        guard let members = json.objectValue else {
            throw MultimodalError(.unknownFormat, "An event must be an object, but is of type \(json.typeName).")
        }
        let known = Self.keys.filter { allowsPaths || $0 != "path" }
        for key in members.keys where !known.contains(key) {
            throw MultimodalError(
                .unknownFormat, "An event has the unknown key '\(key)'. \(NearestName.hint(for: key, in: known))")
        }
        let source = members["source"]?.stringValue ?? source
        let time = members["timestamp_ns"]?.integerValue.map { Int64($0) }
        if let text = members["text"]?.stringValue {
            self.init(.text, .text(text), timestamp: time ?? now, source: source)
        } else if let data = members["data"]?.stringValue {
            guard let bytes = Data(base64Encoded: data) else {
                throw MultimodalError(.damaged, "The 'data' of an event is not written in Base64.")
            }
            try self.init(encoded: Array(bytes), timestamp: time ?? now, source: source)
        } else if let path = members["path"]?.stringValue {
            self = try MediaFile(path, source: source).event()
            if let time { self.timestamp = time }
        } else {
            throw MultimodalError(
                .unknownFormat,
                "An event needs one of \(known.prefix(while: { $0 != "source" }).joined(separator: ", ")).")
        }
    }
}
