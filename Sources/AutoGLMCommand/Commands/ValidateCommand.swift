// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// `autoglm validate`: tells whether a JSON value fits a schema.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a JSON value against a JSON Schema (draft 2020-12).",
        discussion: """
            Example:
              autoglm validate --schema person.schema.json --instance person.json

            The exit status is 0 when the instance is valid and 1 when it is not; every violation is shown with its place.
            """)

    @Option(help: "The schema's file.")
    var schema: String

    @Option(help: "The file with the value to check; - reads standard input.")
    var instance: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let schema = try Self.schema(path: self.schema)
        let violations = schema.validate(try JSONFile.value(path: self.instance))
        switch self.output.format {
        case .json: try Console.json(Self.report(violations))
        case .text where violations.isEmpty: try Console.line("valid")
        case .text: for violation in violations { try Console.line("\(violation)") }
        }
        if !violations.isEmpty { throw ExitCode(ExitStatus.failure) }
    }

    /// Compiles the schema in a file.
    ///
    /// - Throws: ``CommandError`` that names the file.
    static func schema(path: String) throws -> JSONSchema {
        do {
            return try JSONSchema(JSONFile.value(path: path))
        } catch let error as JSONSchemaError {
            throw CommandError(.badInput, "'\(path)' is no schema: \(error.message)")
        }
    }

    private static func report(_ violations: [Violation]) -> JSONValue {
        [
            "valid": .bool(violations.isEmpty),
            "errors": .array(
                violations.map {
                    [
                        "instance": .string($0.instancePointer), "schema": .string($0.schemaPointer),
                        "message": .string($0.message),
                    ]
                }),
        ]
    }
}
