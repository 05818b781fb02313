// SPDX-License-Identifier: Apache-2.0

internal import SourceDocuments

/// Values of a document that variables of the environment replace.
///
/// `AUTOGLM_MODELS__CHAT__TIMEOUTS__TOTAL=30s` is `models.chat.timeouts.total: 30s`: two underscores go a level down,
/// case does not matter, and any character of a name that no variable can have is an underscore. Values are YAML.
struct EnvironmentOverrides {
    private static let prefix = "AUTOGLM_"

    private let variables: [(name: String, value: String)]

    /// Takes the variables that belong to one part of the configuration, such as `models`.
    init(_ environment: [String: String], part: String) {
        let prefix = "\(Self.prefix)\(part.uppercased())__"
        self.variables = environment.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    /// The document with the values replaced.
    ///
    /// - Throws: ``SourceError`` where a value is no YAML.
    func applied(to root: SourceNode) throws -> SourceNode {
        var root = root
        for (name, value) in self.variables {
            var reader = SourceReader(file: "$\(name)", beginning: "Unset it to leave the file's value.")
            let node = try reader.read(value)
            let path = Self.components(name.dropFirst(Self.prefix.count))
            root = Self.replace(path[...], in: root, by: node)
        }
        return root
    }

    private static func components(_ name: Substring) -> [String] {
        name.split(separator: "__", omittingEmptySubsequences: false).map(String.init)
    }

    private static func replace(_ path: ArraySlice<String>, in node: SourceNode, by value: SourceNode) -> SourceNode {
        guard let component = path.first else { return value }
        var node = node
        if var elements = node.elements, let index = Int(component), elements.indices.contains(index) {
            elements[index] = self.replace(path.dropFirst(), in: elements[index], by: value)
            node.kind = .sequence(elements)
            return node
        }
        var members = node.members ?? []
        if let index = members.firstIndex(where: { self.variable($0.key) == component.uppercased() }) {
            members[index].value = self.replace(path.dropFirst(), in: members[index].value, by: value)
        } else {
            let empty = SourceNode(kind: .mapping([]), place: value.place)
            let added = self.replace(path.dropFirst(), in: empty, by: value)
            members.append(.init(key: component.lowercased(), keyPlace: value.place, value: added))
        }
        node.kind = .mapping(members)
        return node
    }

    /// A key as it stands in a variable's name.
    private static func variable(_ key: String) -> String {
        String(key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
