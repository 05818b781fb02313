// SPDX-License-Identifier: Apache-2.0

/// Makes a structure or an enumeration a type whose values a model can generate.
///
/// The type becomes ``Generable``: it gets a schema, reads itself out of generated content and writes itself as such, and
/// a structure gets a type `PartiallyGenerated`, in which every property may still be missing. Properties are generated
/// in the order in which they are written. A property of type ``GenerationID`` is not generated: it tells values apart.
///
/// - Parameter description: What the type is, for the model to read.
@attached(
    member, names: named(generationSchema), named(generatedContent), named(PartiallyGenerated),
    named(asPartiallyGenerated))
@attached(extension, conformances: Generable, names: named(init(_:)))
public macro Generable(description: String? = nil) =
    #externalMacro(module: "OpenAutoGLMMacros", type: "GenerableMacro")

/// Makes a type whose values a model can generate, and says how it writes missing values.
///
/// - Parameters:
///   - description: What the type is, for the model to read.
///   - representNilExplicitlyInGeneratedContent: Whether an optional property without a value is written as null;
///     otherwise it is left out.
@attached(
    member, names: named(generationSchema), named(generatedContent), named(PartiallyGenerated),
    named(asPartiallyGenerated))
@attached(extension, conformances: Generable, names: named(init(_:)))
public macro Generable(description: String? = nil, representNilExplicitlyInGeneratedContent: Bool) =
    #externalMacro(module: "OpenAutoGLMMacros", type: "GenerableMacro")

/// Makes a type whose values a model can generate, under a name that is not the type's.
///
/// - Parameters:
///   - name: The schema's name.
///   - description: What the type is, for the model to read.
///   - representNilExplicitlyInGeneratedContent: Whether an optional property without a value is written as null;
///     otherwise it is left out.
@attached(
    member, names: named(generationSchema), named(generatedContent), named(PartiallyGenerated),
    named(asPartiallyGenerated))
@attached(extension, conformances: Generable, names: named(init(_:)))
public macro Generable(
    name: String, description: String? = nil, representNilExplicitlyInGeneratedContent: Bool = false
) = #externalMacro(module: "OpenAutoGLMMacros", type: "GenerableMacro")

/// Tells the model what a property of a ``Generable`` structure is.
@attached(peer)
public macro Guide(description: String) = #externalMacro(module: "OpenAutoGLMMacros", type: "GuideMacro")

/// Says what the values of a property of a ``Generable`` structure may be.
///
/// - Parameters:
///   - description: What the property is, for the model to read.
///   - guides: What holds for its values.
@attached(peer)
public macro Guide<Value>(description: String? = nil, _ guides: GenerationGuide<Value>...) =
    #externalMacro(module: "OpenAutoGLMMacros", type: "GuideMacro")

/// Says which regular expression the text of a property of a ``Generable`` structure matches.
///
/// - Parameters:
///   - description: What the property is, for the model to read.
///   - guides: The expression.
@attached(peer)
public macro Guide<RegexOutput>(description: String? = nil, _ guides: Regex<RegexOutput>) =
    #externalMacro(module: "OpenAutoGLMMacros", type: "GuideMacro")
