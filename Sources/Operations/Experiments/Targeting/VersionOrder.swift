// SPDX-License-Identifier: Apache-2.0

/// Compares versions such as `v1.2.3-rc.1+build` as GrowthBook's conditions do.
enum VersionOrder {
    /// A key whose order as a text is the versions' order.
    ///
    /// Parts of digits are padded on the left, a leading `v` and what follows a plus sign do not count, and a version of
    /// three parts comes after its pre-releases.
    static func key(_ version: String) -> String {
        let text = version.prefix { $0 != "+" }
        var parts = (text.hasPrefix("v") ? text.dropFirst() : text)
            .split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "." }.map(String.init)
        if parts.count == 3 { parts.append("~") }
        return parts.map { part in
            let isNumber = !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) }
            return isNumber ? String(repeating: " ", count: max(0, 5 - part.utf8.count)) + part : part
        }.joined(separator: "-")
    }

    /// Whether one text comes before another by its UTF-16 code units.
    static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }
}
