// SPDX-License-Identifier: Apache-2.0

/// URI templates of RFC 6570.
enum URITemplateFormat {
    static func accepts(_ text: String) -> Bool {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{":
                guard let end = rest.firstIndex(of: "}"), self.isExpression(rest[..<end]) else { return false }
                rest = rest[(end + 1)...]
            case "%":
                guard rest.popFirst()?.isASCIIHexDigit == true, rest.popFirst()?.isASCIIHexDigit == true else {
                    return false
                }
            case "}", " ", "\"", "<", ">", "\\", "^", "`", "|": return false
            default: if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) { return false }
            }
        }
        return true
    }

    private static func isExpression(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let operators: [Unicode.Scalar] = ["+", "#", ".", "/", ";", "?", "&", "=", ",", "!", "@", "|"]
        let variables = text.first.map(operators.contains) == true ? text.dropFirst() : text
        return variables.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(self.isVariable)
    }

    private static func isVariable(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var name = text
        if name.last == "*" {
            name = name.dropLast()
        } else if let colon = name.firstIndex(of: ":") {
            let length = name[(colon + 1)...]
            guard (1...4).contains(length.count), length.first != "0", length.allSatisfy(\.isASCIIDigit) else {
                return false
            }
            name = name[..<colon]
        }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(self.isNamePart)
    }

    private static func isNamePart(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard !text.isEmpty else { return false }
        var rest = text
        while let scalar = rest.popFirst() {
            if scalar == "%" {
                guard rest.popFirst()?.isASCIIHexDigit == true, rest.popFirst()?.isASCIIHexDigit == true else {
                    return false
                }
            } else if !scalar.isASCIILetter, !scalar.isASCIIDigit, scalar != "_" {
                return false
            }
        }
        return true
    }
}
