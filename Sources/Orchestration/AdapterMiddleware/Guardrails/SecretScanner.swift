// SPDX-License-Identifier: Apache-2.0

/// Replaces secrets in a text that comes in pieces, wherever the pieces are cut.
///
/// Only what may still turn out to be the beginning of a secret is held back, a few hundred bytes at most.
package struct SecretScanner {
    /// A piece of the text without secrets.
    package struct Piece: Equatable {
        /// What may be shown.
        package var text = ""
        /// The kinds of secrets that were found in it.
        package var found: [String] = []
        /// What comes before the first of them.
        package var beforeFirst = ""
    }

    /// What happens to the bytes that come next.
    private enum Mode {
        case reading
        /// A secret goes on as long as its bytes are of a set.
        case dropping(ByteSet)
        /// A secret goes on up to the end of the line that begins like this.
        case droppingThrough([UInt8])
    }

    private static let byFirstByte = Dictionary(grouping: SecretPattern.known) { $0.parts[0].literal[0] }

    private static let firstBytes = ByteSet(byFirstByte.keys)

    private var mode = Mode.reading
    private var held: [UInt8] = []
    /// The byte before those held, which tells whether a word begins with them.
    private var previous: UInt8 = 0

    /// Whether a part of the text is held back.
    var isHolding: Bool { !self.held.isEmpty }

    /// Takes a piece of the text.
    mutating func push(_ text: String) -> Piece {
        self.held += text.utf8
        return self.scan(isLast: false)
    }

    /// Ends the text.
    mutating func finish() -> Piece {
        defer { self = Self() }
        return self.scan(isLast: true)
    }

    /// A whole text without its secrets.
    package static func scan(_ text: String) -> Piece {
        guard self.mayHoldSecret(text) else {
            var piece = Piece()
            piece.text = text
            return piece
        }
        var scanner = Self()
        scanner.held = Array(text.utf8)
        return scanner.scan(isLast: true)
    }

    /// Whether any word begins as a secret does; most texts have none, and need not be copied.
    private static func mayHoldSecret(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.indices.contains { index in
                guard self.firstBytes.contains(bytes[index]),
                    index == 0 || !ByteSet.alphanumerics.contains(bytes[index - 1])
                else { return false }
                let rest = bytes[index...]
                return SecretPattern.known.contains { rest.starts(with: $0.parts[0].literal) }
            }
        }
    }

    private mutating func scan(isLast: Bool) -> Piece {
        var (piece, shown, place) = (Piece(), [UInt8](), 0)
        scanning: while place < self.held.count {
            switch self.mode {
            case .dropping(let set):
                while place < self.held.count, set.contains(self.held[place]) { place += 1 }
                if place < self.held.count { self.mode = .reading }
            case .droppingThrough(let ending):
                guard let end = self.end(of: ending, from: place, isLast: isLast) else {
                    // All but what may be the beginning of the ending can be forgotten.
                    if isLast { place = self.held.count } else { place = max(place, self.held.count - 256) }
                    break scanning
                }
                place = end
                self.mode = .reading
            case .reading:
                switch self.secret(at: place) {
                case .found(let pattern, let end):
                    if piece.found.isEmpty { piece.beforeFirst = String(decoding: shown, as: UTF8.self) }
                    shown += "[REDACTED:\(pattern.kind)]".utf8
                    piece.found.append(pattern.kind)
                    place = end
                    self.previous = 0
                    switch pattern.end {
                    case .run: self.mode = .dropping(pattern.parts[pattern.parts.count - 1].run)
                    case .line(let ending): self.mode = .droppingThrough(ending)
                    }
                case .undecided where !isLast: break scanning
                case .undecided, .none:
                    self.previous = self.held[place]
                    shown.append(self.held[place])
                    place += 1
                }
            }
        }
        self.held.removeFirst(place)
        piece.text = String(decoding: shown, as: UTF8.self)
        return piece
    }

    private enum Finding {
        case none, undecided
        case found(SecretPattern, end: Int)
    }

    private func secret(at place: Int) -> Finding {
        guard !ByteSet.alphanumerics.contains(self.previous), let patterns = Self.byFirstByte[self.held[place]] else {
            return .none
        }
        var finding = Finding.none
        for pattern in patterns {
            switch pattern.match(self.held[place...]) {
            case .secret(let end): return .found(pattern, end: end)
            case .undecided: finding = .undecided
            case .no: break
            }
        }
        return finding
    }

    /// Where the line ends that begins like this.
    private func end(of ending: [UInt8], from start: Int, isLast: Bool) -> Int? {
        var place = start
        while place + ending.count <= self.held.count {
            if self.held[place...].starts(with: ending) {
                let label = self.held[(place + ending.count)...]
                guard let dashes = label.firstIndex(of: UInt8(ascii: "-")) else { return nil }
                let end = label[dashes...].firstIndex { $0 != UInt8(ascii: "-") }
                return end ?? (isLast ? self.held.count : nil)
            }
            place += 1
        }
        return nil
    }
}
