// SPDX-License-Identifier: Apache-2.0

/// Names a trace: everything that happens for one request, on all machines that take part.
///
/// It is never zero.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    /// The two halves.
    package let high: UInt64, low: UInt64

    /// A name out of its halves; nil where both are zero.
    package init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// Reads 32 lower-case hexadecimal digits; nil for anything else, and for zeros alone.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 32, let high = HexDigits.value(text.prefix(16), as: UInt64.self),
            let low = HexDigits.value(text.suffix(16), as: UInt64.self)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// A name that nobody else has.
    init(random: () -> UInt64) {
        // Two random numbers are never both zero, nearly; a name must not be, ever.
        (self.high, self.low) = (random(), max(1, random()))
    }

    /// 32 hexadecimal digits.
    public var description: String { HexDigits.text(self.high) + HexDigits.text(self.low) }

    /// The 16 bytes, the most significant first.
    package var bytes: [UInt8] {
        [self.high, self.low].flatMap { half in withUnsafeBytes(of: half.bigEndian, Array.init) }
    }
}

/// Names a span within its trace.
///
/// It is never zero.
public struct SpanID: Sendable, Hashable, CustomStringConvertible {
    /// The name as a number.
    package let value: UInt64

    /// A name by its number; nil for zero.
    package init?(value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    /// Reads 16 lower-case hexadecimal digits; nil for anything else, and for zeros alone.
    public init?(_ text: some StringProtocol) {
        guard let value = HexDigits.value(text, as: UInt64.self) else { return nil }
        self.init(value: value)
    }

    /// A name that no other span of the trace has.
    init(random: () -> UInt64) { self.value = max(1, random()) }

    /// 16 hexadecimal digits.
    public var description: String { HexDigits.text(self.value) }

    /// The 8 bytes, the most significant first.
    package var bytes: [UInt8] { withUnsafeBytes(of: self.value.bigEndian, Array.init) }
}
