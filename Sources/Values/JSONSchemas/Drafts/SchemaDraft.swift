// SPDX-License-Identifier: Apache-2.0

/// The drafts of JSON Schema, from the oldest to the newest.
package enum SchemaDraft: Int, Sendable, Comparable, CaseIterable {
    case draft4, draft6, draft7, draft2019, draft2020

    /// Whether a draft is older than another.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The URI of the draft's meta-schema, without a fragment.
    var uri: String {
        switch self {
        case .draft4: "http://json-schema.org/draft-04/schema"
        case .draft6: "http://json-schema.org/draft-06/schema"
        case .draft7: "http://json-schema.org/draft-07/schema"
        case .draft2019: "https://json-schema.org/draft/2019-09/schema"
        case .draft2020: "https://json-schema.org/draft/2020-12/schema"
        }
    }

    /// The draft whose meta-schema a `$schema` names; nil when it is none of ours.
    init?(uri: String) {
        let path = URIReference.split(uri).uri.drop(scheme: "https://").drop(scheme: "http://")
        let draft = Self.allCases.first {
            path == $0.uri.drop(scheme: "https://").drop(scheme: "http://")
        }
        guard let draft else { return nil }
        self = draft
    }

    /// The draft that a `$schema` means, however it is written; the newest if it names none that is known.
    package init(meantBy uri: String?) {
        let names: [(String, Self)] = [
            ("draft-03", .draft4), ("draft-04", .draft4), ("draft-06", .draft6), ("draft-07", .draft7),
            ("2019-09", .draft2019),
        ]
        self = names.first { uri?.contains($0.0) ?? false }?.1 ?? .draft2020
    }

    /// The keyword that names a schema.
    package var identifier: String { self == .draft4 ? "id" : "$id" }

    /// Whether whatever stands beside `$ref` is ignored.
    package var ignoresSiblingsOfReferences: Bool { self <= .draft7 }
}

extension String {
    fileprivate func drop(scheme: String) -> String {
        self.hasPrefix(scheme) ? String(self.dropFirst(scheme.count)) : self
    }
}
