// SPDX-License-Identifier: Apache-2.0

/// JSON pointers (RFC 6901), as text.
package enum JSONPointer {
    /// Writes a key as one segment, with its leading slash.
    package static func segment(_ key: String) -> String {
        var escaped = "/"
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Splits a pointer into keys; nil if it is not one.
    package static func keys(of pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.first == "/" else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.unescape)
    }

    private static func unescape(_ segment: Substring) -> String {
        var key = ""
        var scalars = segment.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                key.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0"?: key += "~"
            case "1"?: key += "/"
            case let other?: key += "~" + String(Character(other))
            case nil: key += "~"
            }
        }
        return key
    }
}
