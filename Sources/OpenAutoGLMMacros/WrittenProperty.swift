// SPDX-License-Identifier: Apache-2.0

/// A property on its way into generated content.
struct WrittenProperty {
    let name: String
    /// The expression of its value.
    let value: String
    /// Whether it is left out where its value is missing.
    let isLeftOut: Bool

    /// The statements that return a structure of properties.
    ///
    /// - Parameters:
    ///   - properties: The properties, in their order.
    ///   - identity: An argument that follows them, with its comma.
    static func statements(_ properties: [WrittenProperty], identity: String = "") -> String {
        guard properties.contains(where: \.isLeftOut) else {
            let pairs = properties.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ")
            return "return OpenAutoGLM.GeneratedContent(properties: [\(pairs.isEmpty ? ":" : pairs)]\(identity))"
        }
        let statements = properties.map { property in
            property.isLeftOut
                ? "if let value = \(property.value) {\nproperties.append((\"\(property.name)\", value))\n}\n"
                : "properties.append((\"\(property.name)\", \(property.value)))\n"
        }
        return """
            var properties: [(String, any OpenAutoGLM.ConvertibleToGeneratedContent)] = []
            \(statements.joined())\
            return OpenAutoGLM.GeneratedContent(properties: properties\(identity), uniquingKeysWith: { _, last in
            last
            })
            """
    }
}
