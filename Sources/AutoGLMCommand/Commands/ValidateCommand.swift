// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// `autoglm validate`: tells whether a JSON value fits a schema.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a JSON value against a JSON Schema (draft 2020-12, 2019-09, 07, 06 or 04).",
        discussion: """
            Example:
              autoglm validate --schema person.schema.json --instance person.json
              autoglm validate --suite JSON-Schema-Test-Suite/tests/draft2020-12

            The exit status is 0 when the instance is valid and 1 when it is not; every violation is shown with its place. \
            The schema's "$schema" says which draft it is of; without one it is of 2020-12.

            --suite runs test files in the form of the official JSON Schema test suite and counts right verdicts; the \
            schemas that tests refer to are taken from a folder 'remotes' in the suite or beside it.
            """)

    @Option(help: "The schema's file.")
    var schema: String?

    @Option(help: "The file with the value to check; - reads standard input.")
    var instance: String?

    @Flag(help: "Take 'format' as a constraint; by itself it only describes.")
    var formats = false

    @Option(help: ArgumentHelp("A folder of test files to run instead.", valueName: "dir"))
    var suite: String?

    @Flag(help: "With --suite: run the tests in folders named 'optional', too.")
    var optional = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        let count = [self.schema, self.instance].count { $0 != nil }
        guard count == (self.suite == nil ? 2 : 0) else {
            throw ValidationError("Give --schema and --instance, or --suite alone.")
        }
    }

    func run() async throws {
        if let suite { return try self.runSuite(suite) }
        guard let schemaPath = self.schema, let instancePath = self.instance else { return }
        let schema = try Self.schema(path: schemaPath, formats: self.formats ? .assertion : .annotation)
        let violations = schema.validate(try JSONFile.value(path: instancePath))
        switch self.output.format {
        case .json: try Console.json(Self.report(violations))
        case .text where violations.isEmpty: try Console.line("valid")
        case .text: for violation in violations { try Console.line("\(violation)") }
        }
        if !violations.isEmpty { throw ExitCode(ExitStatus.failure) }
    }

    private func runSuite(_ path: String) throws {
        let tally = try SchemaSuiteFolder(path: path).run(withOptional: self.optional)
        switch self.output.format {
        case .json:
            try Console.json([
                "passed": .integer(tally.passed), "failed": .integer(tally.failures.count),
                "failures": .array(tally.failures.map { .string($0) }),
            ])
        case .text:
            for failure in tally.failures { try Console.line(failure) }
            try Console.line("\(tally.passed) passed, \(tally.failures.count) failed")
        }
        if !tally.failures.isEmpty { throw ExitCode(ExitStatus.failure) }
    }

    /// Compiles the schema in a file.
    ///
    /// - Throws: ``CommandError`` that names the file.
    static func schema(path: String, formats: FormatHandling = .annotation) throws -> JSONSchema {
        do {
            return try JSONSchema(JSONFile.value(path: path), formats: formats)
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
