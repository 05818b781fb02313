// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import protocol FoundationEssentials.LocalizedError
#else
public import protocol Foundation.LocalizedError
#endif

extension GenerationSchema {
    /// What is wrong with schemas that were described at run time.
    public enum SchemaError: Error, LocalizedError {
        /// Two schemas have the same name.
        case duplicateType(schema: String?, type: String, context: Context)
        /// Two properties of a schema have the same name.
        case duplicateProperty(schema: String, property: String, context: Context)
        /// A schema has no choices.
        case emptyTypeChoices(schema: String, context: Context)
        /// A schema refers to others that there are not.
        case undefinedReferences(schema: String?, references: [String], context: Context)

        /// What else is to be said of an error.
        public struct Context: Sendable {
            /// The error in words, for people who write programs.
            public let debugDescription: String

            /// Describes an error.
            public init(debugDescription: String) { self.debugDescription = debugDescription }
        }

        /// What is wrong.
        public var errorDescription: String? {
            switch self {
            case .duplicateType(_, _, let context), .duplicateProperty(_, _, let context),
                .emptyTypeChoices(_, let context), .undefinedReferences(_, _, let context):
                context.debugDescription
            }
        }

        /// What to do about it.
        public var recoverySuggestion: String? {
            switch self {
            case .duplicateType: "Give each schema a name of its own."
            case .duplicateProperty: "Give each property of a schema a name of its own."
            case .emptyTypeChoices: "Give the schema at least one choice."
            case .undefinedReferences: "Give the schemas that are referred to as dependencies."
            }
        }
    }
}
