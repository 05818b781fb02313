// SPDX-License-Identifier: Apache-2.0

/// Host names of RFC 1123, and internationalised ones of RFC 5890.
struct HostnameFormat {
    let isInternational: Bool

    private static let maximumName = 253
    private static let maximumLabel = 63
    private static let separators: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]

    func accepts(_ text: String) -> Bool {
        let labels = text.unicodeScalars.split(omittingEmptySubsequences: false) {
            self.isInternational ? Self.separators.contains($0) : $0 == "."
        }
        var length = labels.count - 1
        var decoded = [[Unicode.Scalar]]()
        for label in labels {
            guard let unicode = self.decode(Array(label)) else { return false }
            let encoded = unicode.allSatisfy(\.isASCII) ? unicode.count : Punycode.encode(unicode).map { $0.count + 4 }
            guard let encoded, (1...Self.maximumLabel).contains(encoded) else { return false }
            length += encoded
            decoded.append(unicode)
        }
        guard length <= Self.maximumName else { return false }
        let isRightToLeft = decoded.contains { $0.contains { BidiClass($0).isRightToLeft } }
        return !isRightToLeft || decoded.allSatisfy(BidiClass.isOrderly)
    }

    /// The label in Unicode; nil if it is none.
    private func decode(_ label: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        guard !label.isEmpty, label.first != "-", label.last != "-" else { return nil }
        guard label.allSatisfy(\.isASCII) else {
            return self.isInternational && InternationalLabel.isValid(label) ? label : nil
        }
        let bytes = label.map { UInt8($0.value) }
        guard bytes.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }) else { return nil }
        guard bytes.prefix(4).map({ $0 | 0x20 }) == Array("xn--".utf8) else {
            return self.isInternational && InternationalLabel.hasReservedHyphens(label) ? nil : label
        }
        let lowered = bytes.dropFirst(4).map { $0.isLetter ? $0 | 0x20 : $0 }
        guard let unicode = Punycode.decode(lowered), !unicode.allSatisfy(\.isASCII),
            Punycode.encode(unicode) == lowered, InternationalLabel.isValid(unicode)
        else { return nil }
        return unicode
    }
}
