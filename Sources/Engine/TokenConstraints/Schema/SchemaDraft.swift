// SPDX-License-Identifier: Apache-2.0

/// A version of JSON Schema, as far as it changes what keywords mean.
enum SchemaDraft: Int, Comparable, Sendable {
    case draft3 = 3
    case draft4, draft6 = 6, draft7
    case draft2019 = 2019
    case draft2020 = 2020

    /// The draft that a `$schema` names; the newest if it names none that is known.
    init(named uri: String?) {
        let uri = uri ?? ""
        self =
            if uri.contains("draft-03") { .draft3 } else if uri.contains("draft-04") {
                .draft4
            } else if uri.contains("draft-06") { .draft6 } else if uri.contains("draft-07") {
                .draft7
            } else if uri.contains(
                "2019-09")
            { .draft2019 } else { .draft2020 }
    }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
