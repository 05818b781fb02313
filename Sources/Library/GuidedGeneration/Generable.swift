// SPDX-License-Identifier: Apache-2.0

/// A type whose values a model can generate.
///
/// Write `@Generable` in front of a structure or an enumeration, and the macro does the rest:
///
/// ```swift
/// @Generable(description: "A place to visit")
/// struct Place {
///     var name: String
///     @Guide(description: "Hours that a visit takes", .range(1...8))
///     var hours: Int
/// }
/// ```
public protocol Generable: ConvertibleFromGeneratedContent, ConvertibleToGeneratedContent {
    /// What is known of a value while it is still being generated; without a type of its own, the value itself.
    associatedtype PartiallyGenerated: ConvertibleFromGeneratedContent = Self

    /// What values of this type look like.
    static var generationSchema: GenerationSchema { get }

    /// This value in its partially generated form, with everything known.
    func asPartiallyGenerated() -> PartiallyGenerated
}

extension Generable where PartiallyGenerated == Self {
    /// This value.
    public func asPartiallyGenerated() -> Self { self }
}
