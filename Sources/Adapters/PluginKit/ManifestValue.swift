// SPDX-License-Identifier: Apache-2.0

/// A value of a manifest; members stay in their order, which Foundation's encoder does not keep.
indirect enum ManifestValue: Sendable {
    case text(String)
    case flag(Bool)
    case list([ManifestValue])
    case members([(String, ManifestValue)])

    /// The value in JSON.
    var json: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let elements): "[\(elements.map(\.json).joined(separator: ", "))]"
        case .members(let members):
            "{\(members.map { "\(Self.quoted($0.0)): \($0.1.json)" }.joined(separator: ", "))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20: quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
