// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One event of a `text/event-stream`.
public struct ServerSentEvent: Sendable, Hashable {
    /// What kind of event it is; `message` where the stream does not say.
    public var type: String
    /// Its data, UTF-8; lines are joined by LF.
    public var data: [UInt8]
    /// The last identifier that the stream gave, by which it can be taken up again.
    public var id: String

    /// Makes an event.
    public init(type: String = "message", data: [UInt8], id: String = "") {
        self.type = type
        self.data = data
        self.id = id
    }
}

/// Reads a `text/event-stream` by the HTML Standard (9.2.6), wherever its pieces end.
public struct ServerSentEvents: Sendable {
    /// How long to wait before connecting again, in milliseconds, where the stream said so.
    public private(set) var reconnectionTime: Int?
    private let maximumSize: Int
    private var lines: LineDecoder
    private var fields = Fields()

    /// Starts before the first byte.
    ///
    /// - Parameter maximumSize: The most bytes of an event's data, and of a line.
    public init(maximumSize: Int = 16 << 20) {
        self.maximumSize = maximumSize
        self.lines = LineDecoder(maximumLength: maximumSize)
    }

    /// Takes the next piece of the stream.
    ///
    /// An event that nothing ends is dropped, as the standard says, so there is nothing to do at the end of the stream.
    /// - Parameters:
    ///   - piece: The bytes.
    ///   - onEvent: Receives each event that ends in the piece.
    /// - Throws: ``TransportError`` with code `.tooLarge`; what `onEvent` throws.
    public mutating func feed(
        _ piece: UnsafeRawBufferPointer, onEvent: (ServerSentEvent) throws -> Void
    ) throws {
        var fields = self.fields
        self.fields = Fields()
        defer { self.fields = fields }
        try self.lines.feed(piece) { line in
            if let event = fields.take(line) { try onEvent(event) }
            guard fields.data.count <= self.maximumSize else {
                throw TransportError(.tooLarge, "An event of the answer is larger than \(self.maximumSize) bytes.")
            }
        }
        self.reconnectionTime = fields.reconnectionTime
    }
}

/// The fields of the event that is being read.
private struct Fields {
    var reconnectionTime: Int?
    var data: [UInt8] = []
    private var type = ""
    private var id = ""
    private var hasData = false
    private var isFirstLine = true

    /// Takes a line; an empty one completes the event.
    mutating func take(_ line: UnsafeRawBufferPointer) -> ServerSentEvent? {
        var line = line
        if self.isFirstLine {
            self.isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3)) }
        }
        if line.isEmpty { return self.complete() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        self.take(name: line[..<colon], value: value)
        return nil
    }

    private mutating func take(name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>) {
        // Names of other lengths are comments, which begin with the colon, or unknown and to be ignored.
        switch name.count {
        case 4 where name.elementsEqual("data".utf8):
            if self.hasData { self.data.append(0x0A) }
            self.data.append(contentsOf: value)
            self.hasData = true
        case 5 where name.elementsEqual("event".utf8): self.type = String(decoding: value, as: UTF8.self)
        case 2 where name.elementsEqual("id".utf8) && !value.contains(0):
            self.id = String(decoding: value, as: UTF8.self)
        case 5 where name.elementsEqual("retry".utf8):
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            guard value.allSatisfy({ digits.contains($0) }) else { return }
            self.reconnectionTime = Int(String(decoding: value, as: UTF8.self)) ?? self.reconnectionTime
        default: break
        }
    }

    private mutating func complete() -> ServerSentEvent? {
        defer { (self.type, self.data, self.hasData) = ("", [], false) }
        guard self.hasData else { return nil }
        return ServerSentEvent(type: self.type.isEmpty ? "message" : self.type, data: self.data, id: self.id)
    }
}
