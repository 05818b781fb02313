// SPDX-License-Identifier: Apache-2.0

extension GenerationSchema {
    /// The schema of a structure.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - description: What it is, for the model to read.
    ///   - properties: Its properties, in the order in which they are generated.
    public init(type: any Generable.Type, description: String? = nil, properties: [Property]) {
        self.init(type: type, name: nil, description: description, .structure(properties.map(\.content)))
    }

    /// The schema of a structure that says how missing values are written.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - description: What it is, for the model to read.
    ///   - explicitNil: Whether an optional property without a value is written as null; otherwise it is left out.
    ///   - properties: Its properties, in the order in which they are generated.
    public init(
        type: any Generable.Type, description: String? = nil,
        representNilExplicitlyInGeneratedContent explicitNil: Bool, properties: [Property]
    ) {
        self.init(
            type: type, name: nil, description: description,
            representNilExplicitlyInGeneratedContent: explicitNil, properties: properties)
    }

    /// The schema of a structure under a name of its own.
    ///
    /// - Parameters:
    ///   - type: The Swift type.
    ///   - name: The schema's name; nil for the type's.
    ///   - description: What it is, for the model to read.
    ///   - explicitNil: Whether an optional property without a value is written as null; otherwise it is left out.
    ///   - properties: Its properties, in the order in which they are generated.
    public init(
        type: any Generable.Type, name: String?, description: String? = nil,
        representNilExplicitlyInGeneratedContent explicitNil: Bool = false, properties: [Property]
    ) {
        self.init(
            type: type, name: name, description: description,
            .structure(properties.map(\.content), nilIsWritten: explicitNil))
    }
}
