// SPDX-License-Identifier: Apache-2.0

/// A type that can be made from what a model generated.
public protocol ConvertibleFromGeneratedContent: SendableMetatype {
    /// Reads a value out of generated content.
    ///
    /// - Throws: ``GeneratedContentError`` that names the property that does not fit.
    init(_ content: GeneratedContent) throws
}
