// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension InputEvent {
    private static let maximumSource = 128

    /// Checks the name of a source, which stands in prompts as it is: it must not look like another line of them.
    ///
    /// - Parameter source: The name.
    /// - Throws: ``MultimodalError`` with code `.invalidEvent` where it is empty, longer than 128 characters, or has control
    ///   characters, ends of lines or square brackets.
    public static func check(source: String) throws {
        let scalars = source.unicodeScalars
        guard !scalars.isEmpty, scalars.count <= Self.maximumSource, !scalars.contains(where: Self.isForbidden) else {
            throw MultimodalError(
                .invalidEvent,
                "The source \(JSONValue.string(String(source.prefix(40))).serialized()) cannot be taken: write 1 to \(Self.maximumSource) characters without control characters and square brackets."
            )
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar == "[" || scalar == "]"
        }
    }
}
