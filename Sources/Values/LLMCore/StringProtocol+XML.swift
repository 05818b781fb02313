// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// The text as it stands in XML, such as a picture in SVG: what has a meaning there is escaped, and what XML 1.0 does not
    /// take (section 2.2) is a space.
    package var escapedForXML: String {
        var result = ""
        for scalar in self.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
