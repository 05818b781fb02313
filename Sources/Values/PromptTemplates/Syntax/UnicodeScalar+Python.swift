// SPDX-License-Identifier: Apache-2.0

extension Unicode.Scalar {
    /// Whether Python's `str.isspace` and `\s` take this for white space.
    var isPythonSpace: Bool {
        if self.value < 0x80 { return (0x09...0x0D).contains(self.value) || (0x1C...0x20).contains(self.value) }
        switch self.value {
        case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
        default: return false
        }
    }

    /// Whether Python's `str.isalpha` takes this for a letter.
    var isPythonAlpha: Bool {
        if self.isASCII { return (0x41...0x5A).contains(self.value & 0xDF) }
        switch self.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    /// Whether Python's `\w` takes this for part of a word.
    var isPythonWord: Bool {
        if self.isASCII { return self.isPythonAlpha || self == "_" || (0x30...0x39).contains(self.value) }
        return self.isPythonAlpha || self.properties.numericType != nil
    }

    /// Whether a name that has begun goes on with this, such as the accent of a decomposed letter.
    var continuesName: Bool { self.isPythonWord || !self.isASCII && self.properties.isXIDContinue }

    /// Whether Python's `str.splitlines` breaks a line here.
    var isPythonLineBreak: Bool {
        switch self.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether Python's `repr` shows this as it is.
    var isPythonPrintable: Bool {
        if self.isASCII { return (0x20...0x7E).contains(self.value) }
        switch self.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
