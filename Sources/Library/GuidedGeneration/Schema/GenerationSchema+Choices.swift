// SPDX-License-Identifier: Apache-2.0

extension GenerationSchema {
    /// The schema of an enumeration whose cases are texts.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - description: What it is, for the model to read.
    ///   - choices: The texts.
    public init(type: any Generable.Type, description: String? = nil, anyOf choices: [String]) {
        self.init(type: type, name: nil, description: description, .choices(choices))
    }

    /// The schema, under a name of its own, of an enumeration whose cases are texts.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - name: The schema's name; nil for the type's.
    ///   - description: What it is, for the model to read.
    ///   - choices: The texts.
    public init(type: any Generable.Type, name: String?, description: String? = nil, anyOf choices: [String]) {
        self.init(type: type, name: name, description: description, .choices(choices))
    }

    /// The schema of a value that is of one of several types.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - description: What it is, for the model to read.
    ///   - types: The types that it may be.
    public init(type: any Generable.Type, description: String? = nil, anyOf types: [any Generable.Type]) {
        self.init(
            type: type, name: nil, description: description, .anyOf(types.map { SchemaNode(.type($0)) }))
    }

    /// The schema of an enumeration whose cases carry values: each case is a structure whose first property, `case`, names
    /// it.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - name: The schema's name; nil for the type's.
    ///   - description: What it is, for the model to read.
    ///   - cases: The cases.
    public init(type: any Generable.Type, name: String? = nil, description: String? = nil, cases: [Case]) {
        self.init(type: type, name: name, description: description, .anyOf(cases.map(\.node)))
    }

    /// A case of an enumeration that carries values.
    public struct Case: Sendable {
        let node: SchemaNode

        /// Describes a case.
        ///
        /// - Parameters:
        ///   - name: What its property `case` says.
        ///   - properties: What it carries.
        public init(name: String, properties: [Property]) {
            let discriminator = SchemaProperty(name: "case", node: SchemaNode(.choices([name])), isOptional: false)
            self.node = SchemaNode(.structure([discriminator] + properties.map(\.content)))
        }
    }
}
