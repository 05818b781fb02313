// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What a server's line says of a request; nothing of it comes from users.
package struct RequestLine: Sendable {
    /// What the line says.
    static let message = "Request"

    /// The method of HTTP or gRPC.
    package var method: String
    /// The path as it was declared; nil where there is none.
    package var path: String?
    /// How long the request took.
    package var duration: Duration
    /// How it was answered.
    package var status: String

    /// Describes a request.
    package init(method: String, path: String? = nil, took duration: Duration, status: String) {
        (self.method, self.path, self.duration, self.status) = (method, path, duration, status)
    }

    /// The duration in seconds, to the microsecond.
    var seconds: String {
        var bytes: [UInt8] = []
        LogLine.append(to: &bytes) { self.writeSeconds(to: &$0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writeSeconds(to line: inout LogLine) {
        let (seconds, attoseconds) = max(.zero, self.duration).components
        line.number(seconds)
        line.raw(".")
        line.number(attoseconds / 1_000_000_000_000, digits: 6)
    }

    /// What it says, by name.
    var attributes: AttributeList {
        var attributes: AttributeList = ["method": .string(self.method)]
        attributes["path"] = self.path.map { .string($0) }
        attributes["seconds"] = .string(self.seconds)
        attributes["status"] = .string(self.status)
        return attributes
    }

    /// Writes the same as ``attributes`` behind what a line says of itself.
    func write(to line: inout LogLine) {
        line.raw(#","method":""#)
        line.plain(self.method)
        if let path {
            line.raw(#"","path":""#)
            line.plain(path)
        }
        line.raw(#"","seconds":""#)
        self.writeSeconds(to: &line)
        line.raw(#"","status":""#)
        line.plain(self.status)
        line.raw("\"")
    }
}
