// SPDX-License-Identifier: Apache-2.0

extension Array: ConvertibleToGeneratedContent where Element: ConvertibleToGeneratedContent {
    /// The elements as a list.
    public var generatedContent: GeneratedContent { GeneratedContent(.array(self.map(\.generatedContent))) }
}

extension Array: ConvertibleFromGeneratedContent where Element: ConvertibleFromGeneratedContent {
    /// Reads a list; a last element that is still being generated is left out until it is a value.
    ///
    /// - Throws: ``GeneratedContentError`` that names the element that does not fit.
    public init(_ content: GeneratedContent) throws {
        var values = [Element]()
        for (index, element) in try content.elements().enumerated() {
            do {
                values.append(try GeneratedContentError.within(.element(index)) { try Element(element) })
            } catch  where !element.isComplete {
                break
            }
        }
        self = values
    }
}

extension Array: Generable where Element: Generable {
    /// What is known of each element.
    public typealias PartiallyGenerated = [Element.PartiallyGenerated]

    /// A list of the elements' schema.
    public static var generationSchema: GenerationSchema {
        GenerationSchema(SchemaNode(.array(of: SchemaNode(.type(Element.self)))))
    }

    /// The elements in their partially generated form.
    public func asPartiallyGenerated() -> [Element.PartiallyGenerated] { self.map { $0.asPartiallyGenerated() } }
}

extension Optional: InstructionsRepresentable where Wrapped: ConvertibleToGeneratedContent {}

extension Optional: PromptRepresentable where Wrapped: ConvertibleToGeneratedContent {}

extension Optional: ConvertibleToGeneratedContent where Wrapped: ConvertibleToGeneratedContent {
    /// The value, or null.
    public var generatedContent: GeneratedContent { self?.generatedContent ?? GeneratedContent(.null) }
}

extension Optional where Wrapped: Generable {
    /// What is known of the value that there may be.
    public typealias PartiallyGenerated = Wrapped.PartiallyGenerated
}
