// SPDX-License-Identifier: Apache-2.0

extension JSONPointer {
    /// Whether a text is a pointer of RFC 6901.
    static func isPointer(_ text: Substring) -> Bool {
        guard let first = text.unicodeScalars.first else { return true }
        guard first == "/" else { return false }
        var isEscape = false
        for scalar in text.unicodeScalars {
            if isEscape, scalar != "0", scalar != "1" { return false }
            isEscape = scalar == "~"
        }
        return !isEscape
    }

    /// Whether a text is a pointer that starts from a place: how many levels up, then `#` or a pointer.
    static func isRelativePointer(_ text: String) -> Bool {
        let digits = text.utf8.prefix(while: \.isDigit)
        guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return false }
        let rest = text[digits.endIndex...]
        return rest == "#" || self.isPointer(rest)
    }
}
