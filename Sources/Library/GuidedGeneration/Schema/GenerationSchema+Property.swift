// SPDX-License-Identifier: Apache-2.0

extension GenerationSchema {
    /// A named part of a structure.
    public struct Property: Sendable {
        let content: SchemaProperty

        private init(
            _ name: String, _ description: String?, _ type: any Generable.Type, _ rules: [GuideRule], isOptional: Bool
        ) {
            self.content = SchemaProperty(
                name: name, node: SchemaNode(.type(type), description: description, rules: rules),
                isOptional: isOptional)
        }

        /// A property that must be there.
        ///
        /// - Parameters:
        ///   - name: Its name.
        ///   - description: What it is, for the model to read.
        ///   - type: The type of its values.
        ///   - guides: What holds for its values.
        public init<Value: Generable>(
            name: String, description: String? = nil, type: Value.Type, guides: [GenerationGuide<Value>] = []
        ) {
            self.init(name, description, type, guides.flatMap(\.rules), isOptional: false)
        }

        /// A property that may be missing.
        ///
        /// - Parameters:
        ///   - name: Its name.
        ///   - description: What it is, for the model to read.
        ///   - type: The type of its values.
        ///   - guides: What holds for its values.
        public init<Value: Generable>(
            name: String, description: String? = nil, type: Value?.Type, guides: [GenerationGuide<Value>] = []
        ) {
            self.init(name, description, Value.self, guides.flatMap(\.rules), isOptional: true)
        }

        /// A text that must be there and matches a regular expression; of several, the last counts.
        public init<RegexOutput>(
            name: String, description: String? = nil, type: String.Type, guides: [Regex<RegexOutput>]
        ) {
            self.init(name, description, type, guides.map { .pattern(of: $0) }, isOptional: false)
        }

        /// A text that may be missing and matches a regular expression; of several, the last counts.
        public init<RegexOutput>(
            name: String, description: String? = nil, type: String?.Type, guides: [Regex<RegexOutput>]
        ) {
            self.init(name, description, String.self, guides.map { .pattern(of: $0) }, isOptional: true)
        }
    }
}
