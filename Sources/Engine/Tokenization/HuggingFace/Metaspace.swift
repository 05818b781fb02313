// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Replaces spaces by a mark that tokens may hold, and cuts before each mark.
struct Metaspace: Sendable {
    /// Which pieces get a mark in front.
    enum Prefix: String, Sendable {
        case always
        case first
        case never
    }

    private let mark: [UInt8]
    private let prefix: Prefix
    private let cuts: Bool

    /// Puts a space in front of text that has none, and does nothing else.
    static let prefixSpace = Self(mark: [0x20], prefix: .always, cuts: false)

    private init(mark: [UInt8], prefix: Prefix, cuts: Bool) {
        (self.mark, self.prefix, self.cuts) = (mark, prefix, cuts)
    }

    /// Reads a part's settings.
    ///
    /// - Throws: ``TokenizerError`` when they contradict themselves.
    init(_ part: TokenizerPart) throws {
        self.mark = try part.text("replacement")
        guard !self.mark.isEmpty else { throw part.malformed("'replacement' must not be empty") }
        self.prefix = try Self.prefix(part)
        self.cuts = part.bool("split", true)
    }

    /// Which pieces get a mark in front, in the newer spelling or the older one.
    static func prefix(_ part: TokenizerPart) throws -> Prefix {
        guard let name = part.json["prepend_scheme"]?.stringValue else {
            return part.bool("add_prefix_space", true) ? .always : .never
        }
        guard let prefix = Prefix(rawValue: name) else { throw part.unsupported("'Metaspace' with scheme '\(name)'") }
        return prefix
    }

    /// Whether text at the beginning gets a mark in front.
    var addsPrefix: Bool { self.prefix != .never }

    /// Marks and cuts pieces.
    func apply(_ pieces: inout TextPieces) {
        let place = pieces.place
        pieces.rewrite { bytes, range, output in
            let isFirst = place == .start && range.lowerBound == 0
            let isContinued = place == .continuation && range.lowerBound == 0
            let isMarked = bytes[range.lowerBound] == 0x20 || bytes[range].starts(with: self.mark)
            if self.prefix == .always || (self.prefix == .first && isFirst), !isMarked, !isContinued {
                output.append(contentsOf: self.mark)
            }
            for byte in bytes[range] {
                if byte == 0x20 { output.append(contentsOf: self.mark) } else { output.append(byte) }
            }
        }
        guard self.cuts else { return }
        pieces.cut { bytes, range, output in
            var start = range.lowerBound
            var offset = start + 1
            while offset < range.upperBound {
                if bytes[offset] == self.mark[0], bytes[offset..<range.upperBound].starts(with: self.mark) {
                    output.append(start..<offset)
                    start = offset
                }
                offset += 1
            }
            output.append(start..<range.upperBound)
        }
    }
}
