// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// Which parts of a document have names that references use.
struct SchemaIdentifiers {
    private var places: [String: String] = ["": ""]
    private var bases: [(pointer: String, uri: String)] = [("", "")]
    private var dynamicAnchors: [String: Int] = [:]
    private static let maximumDepth = 200
    private static let data: Set<String> = ["enum", "const", "default", "examples", "example"]

    /// Knows only the document itself.
    init() {}

    /// Looks for names everywhere in a document.
    init(_ root: JSONValue, draft: SchemaDraft) {
        self.look(root, at: "", base: "", key: draft.identifier, depth: 0)
    }

    /// The place that an absolute name stands for.
    func place(of uri: String) -> String? { self.places[uri] }

    /// Whether a dynamic reference can mean only one place, whichever way it was come to.
    func isStatic(_ reference: String) -> Bool {
        reference == "#"
            ? self.bases.count == 1 : self.dynamicAnchors[URIReference.split(reference).fragment ?? "", default: 0] <= 1
    }

    /// The name of what encloses a place.
    func base(of pointer: String) -> String {
        guard self.bases.count > 1 else { return self.bases[0].uri }
        return self.bases.filter { pointer == $0.pointer || pointer.hasPrefix($0.pointer + "/") }
            .max { $0.pointer.utf8.count < $1.pointer.utf8.count }?.uri ?? ""
    }

    private mutating func look(_ value: JSONValue, at pointer: String, base: String, key: String, depth: Int) {
        guard depth < Self.maximumDepth else { return }
        switch value {
        case .object(let members):
            var base = base
            if let name = members[key]?.stringValue {
                let uri = URIReference.resolve(name, base: base)
                if name.hasPrefix("#") {
                    self.places[uri] = pointer
                } else {
                    base = URIReference.split(uri).uri
                    self.places[base] = pointer
                    if pointer.isEmpty { self.bases[0].uri = base } else { self.bases.append((pointer, base)) }
                }
            }
            for anchor in ["$anchor", "$dynamicAnchor"] {
                guard let name = members[anchor]?.stringValue else { continue }
                self.places[base + "#" + name] = pointer
                if anchor == "$dynamicAnchor" { self.dynamicAnchors[name, default: 0] += 1 }
            }
            for (name, member) in members where !Self.data.contains(name) {
                switch member {
                case .object, .array:
                    self.look(member, at: pointer + JSONPointer.segment(name), base: base, key: key, depth: depth + 1)
                default: break
                }
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                self.look(element, at: "\(pointer)/\(index)", base: base, key: key, depth: depth + 1)
            }
        default: break
        }
    }
}
