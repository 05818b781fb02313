// SPDX-License-Identifier: Apache-2.0

/// A request to a server.
struct HubRequest: Sendable {
    /// Where to.
    var url: HubURL
    /// Whether the head alone is wanted.
    var headOnly = false
    /// Header lines by name.
    var headers: [String: String] = [:]
}

/// The head of an answer.
struct HubHead: Sendable {
    /// The status, such as 200; 0 before there is one.
    var status = 0
    /// The header lines by name in lower case; of several with one name, the last.
    private(set) var headers: [String: String] = [:]

    /// Takes a line of the head; a new status line begins a new head.
    mutating func take(line: String) {
        if line.hasPrefix("HTTP/") {
            self = HubHead(status: line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
        self.headers[line[..<colon].lowercased()] = String(value[..<end])
    }

    /// A header's value.
    subscript(name: String) -> String? { self.headers[name] }

    /// An entity tag without its quotes and mark of weakness.
    static func plainTag(_ tag: String) -> String {
        var tag = tag[...]
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        return String(tag.drop { $0 == "\"" }.prefix { $0 != "\"" })
    }
}

/// Performs requests; what a test may put in place of the network.
protocol HubTransport: Sendable {
    /// Performs a request without following redirects.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - onHead: Gets the head before any of the body.
    ///   - onBody: Gets the body piece by piece.
    /// - Returns: The head.
    /// - Throws: ``HubError`` with code `.unreachable`, what a closure throws, or `CancellationError`.
    func perform(
        _ request: HubRequest, onHead: @escaping @Sendable (HubHead) throws -> Void,
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HubHead
}
