// SPDX-License-Identifier: Apache-2.0

/// What other systems on a request's way note for themselves (W3C `tracestate`), which is passed on as it came.
struct TraceState: Sendable, Hashable {
    /// The most entries that a list may have.
    private static let maximumEntries = 32

    /// The entries, as they are written.
    let text: String

    /// Nothing.
    static let empty = Self(text: "")

    private init(text: String) { self.text = text }

    /// Reads the values of the header's fields.
    ///
    /// A list that is malformed is dropped as a whole, as the specification wants it: it is empty then.
    init(parsing fields: some Sequence<String>) {
        var entries: [Substring] = []
        var keys: Set<Substring> = []
        for field in fields {
            for entry in field.split(separator: ",", omittingEmptySubsequences: true) {
                let entry = entry.trimmed
                if entry.isEmpty { continue }
                guard let key = Self.key(of: entry), keys.insert(key).inserted, entries.count < Self.maximumEntries
                else {
                    self = .empty
                    return
                }
                entries.append(entry)
            }
        }
        self.text = entries.joined(separator: ",")
    }

    /// The key of an entry; nil for an entry that is none.
    private static func key(of entry: Substring) -> Substring? {
        guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let (key, value) = (entry[..<equals], entry[entry.utf8.index(after: equals)...])
        guard let first = key.utf8.first, 1...256 ~= key.utf8.count, 1...256 ~= value.utf8.count,
            self.isLetterOrDigit(first), key.utf8.allSatisfy(self.isKeyCharacter),
            value.utf8.allSatisfy({ 0x20...0x7E ~= $0 && $0 != UInt8(ascii: "=") })
        else { return nil }
        return key
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        self.isLetterOrDigit(byte) || "_-*/@".utf8.contains(byte)
    }
}

extension Substring {
    /// The text without spaces and tabs around it.
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
