// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Names and values that go with an event, such as `traceparent`; names are told apart by upper and lower case.
public struct EventHeaders: Sendable, Hashable {
    /// A name and its value.
    public struct Pair: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String
    }

    /// The pairs, in the order of their names.
    public private(set) var pairs: [Pair] = []

    /// The beginnings of the names that the buses use themselves.
    private static let reserved = ["Nats-", "Event-"]
    private static let maximumCount = 64
    private static let maximumBytes = 8192

    /// Makes headers without any pair.
    public init() {}

    /// Makes headers.
    ///
    /// - Throws: ``EventError`` with code `.invalidHeader`.
    public init(_ pairs: KeyValuePairs<String, String>) throws {
        for (name, value) in pairs { try self.set(name, to: value) }
    }

    /// The value of a name; nil where there is none.
    public subscript(name: String) -> String? { self.pairs.first { $0.name == name }?.value }

    /// Sets the value of a name.
    ///
    /// - Throws: ``EventError`` with code `.invalidHeader` where the name is no token of RFC 9110 or begins with `Nats-` or
    ///   `Event-`, the value is not of one line of text, or there would be more than 64 names or 8 KiB in a value.
    public mutating func set(_ name: String, to value: String) throws {
        guard Self.isToken(name), !Self.reserved.contains(where: name.hasPrefix) else {
            throw EventError(
                .invalidHeader,
                "'\(name.prefix(80))' is no name of a header: write letters, digits and '-', not Nats-… nor Event-….")
        }
        guard value.utf8.count <= Self.maximumBytes, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw EventError(.invalidHeader, "The header '\(name)' must be one line of at most 8192 bytes.")
        }
        self.pairs.removeAll { $0.name == name }
        guard self.pairs.count < Self.maximumCount else {
            throw EventError(.invalidHeader, "An event has at most \(Self.maximumCount) headers.")
        }
        let place = self.pairs.firstIndex { name < $0.name } ?? self.pairs.endIndex
        self.pairs.insert(Pair(name: name, value: value), at: place)
    }

    /// The place in a trace that the event was told at, as `traceparent` of W3C's Trace Context; nil for none.
    public var trace: String? { self["traceparent"] }

    private static func isToken(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
