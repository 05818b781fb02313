// SPDX-License-Identifier: Apache-2.0

/// Which white space JSON texts may have; always a bounded amount, so that no text goes on for ever without saying anything.
package enum JSONLayout: Sendable {
    /// Between any two parts up to two blanks or tabs, then at most one line end with an indentation of up to eight blanks a level.
    case free
    /// At most one blank after each colon and comma.
    case compact
}

/// A run of white space as far as it was read.
struct WhiteSpace {
    /// 0: nothing; 1…2: so many blanks; 99: a carriage return; 100 and more: a line end and so many blanks.
    var code: Int32

    private static let mostBlanks: Int32 = 2
    private static let carriageReturn: Int32 = 99
    private static let lineEnd: Int32 = 100
    private static let indentation: Int32 = 8

    /// Whether something else may follow.
    var isComplete: Bool { self.code != Self.carriageReturn }

    /// The run with one more character; nil if it must not follow, or is not white space.
    ///
    /// - Parameters:
    ///   - byte: The character.
    ///   - depth: How many arrays and objects are open.
    ///   - mayBlank: Whether a blank is allowed here in compact texts.
    func next(_ byte: UInt8, depth: Int32, layout: JSONLayout, mayBlank: Bool) -> Self? {
        switch (byte, layout) {
        case (0x20, .compact): mayBlank && self.code == 0 ? Self(code: 1) : nil
        case (_, .compact): nil
        case (0x20, _), (0x09, _):
            if self.code < Self.mostBlanks {
                Self(code: self.code + 1)
            } else if self.code >= Self.lineEnd, self.code < Self.lineEnd + Self.indentation * depth {
                Self(code: self.code + 1)
            } else {
                nil
            }
        case (0x0D, _): self.code < Self.carriageReturn ? Self(code: Self.carriageReturn) : nil
        case (0x0A, _): self.code <= Self.carriageReturn ? Self(code: Self.lineEnd) : nil
        default: nil
        }
    }
}
