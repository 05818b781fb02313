// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

/// Asks a SQLite database, which it cannot change.
public struct SQLStep: PipelineStep {
    private let folders: StepFolders

    /// Makes the step.
    public init(_ access: StepAccess) { self.folders = StepFolders(access: access) }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "sql",
            summary: "Asks a SQLite database that it opens for reading only; values are bound, never pasted.",
            inputs: [
                StepPort("database", .string, "The file's name, inside the allowed folder.", isRequired: true),
                StepFolders.port,
                StepPort("query", .string, "One SELECT, with ? or :name for parameters.", isRequired: true),
                StepPort("parameters", .any, "Their values: an array for ?, an object for :name."),
                StepPort("max_rows", .integer, "The most rows, from 1 to 100000; 1000 if not given."),
                StepPort("time_limit", .number, "The most seconds; 10 if not given."),
            ],
            outputs: [
                StepPort("rows", .array, "The rows, each an object by the columns' names."),
                StepPort("columns", .array, "The columns' names."),
                StepPort("truncated", .boolean, "Whether there were more rows."),
            ], effect: .outside)
    }

    /// Checks the folder, the numbers, and that the query holds no references.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = self.folders.check(inputs)
        problems += [inputs.problem(with: "max_rows", outside: 1...100_000), inputs.timeLimitProblem].compactMap(\.self)
        if inputs.names.contains("query"), inputs.literals["query"] == nil {
            problems.append(
                .init(
                    "query", "'query' holds a reference, so that a value could change what it means.",
                    suggestion: "Write ? or :name there, and give the value in 'parameters'."))
        }
        return problems
    }

    /// Asks.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let name = try inputs.requiredString("database")
        let folder = try self.folders.path(inputs, context)
        // SQLite itself would follow links and names that lead out of the folder.
        try OpenFolder(folder).checkPlainFile(name)
        let query = SQLQuery(
            text: try inputs.requiredString("query"), parameters: inputs["parameters"] ?? [],
            maximumRows: inputs["max_rows"]?.integerValue ?? 1_000)
        let limit = Duration.seconds(inputs["time_limit"]?.numberValue ?? 10)
        let answer = try await withTimeLimit(limit, "The query on '\(name)' took too long") {
            try await query.run(on: "\(folder)/\(name)")
        }
        return [
            "rows": .array(answer.rows), "columns": .array(answer.columns.map { .string($0) }),
            "truncated": .bool(answer.isTruncated),
        ]
    }
}
