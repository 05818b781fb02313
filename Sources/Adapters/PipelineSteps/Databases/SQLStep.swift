// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

/// Asks a SQLite file or a PostgreSQL database, which it cannot change.
public struct SQLStep: PipelineStep {
    private let folders: StepFolders
    private let databases: [String: DatabaseAccess]

    /// Makes the step.
    public init(_ access: StepAccess) {
        self.folders = StepFolders(access: access)
        self.databases = access.databases
    }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "sql",
            summary: "Asks a SQLite file or a PostgreSQL database, for reading only; values are bound, never pasted.",
            inputs: [
                StepPort("database", .string, "The SQLite file's name, inside the allowed folder."),
                StepFolders.port,
                StepPort("server", .string, "In place of 'database': the name of an allowed PostgreSQL database."),
                StepPort(
                    "query", .string, "One SELECT, with ? or :name (SQLite) or $1 (PostgreSQL) for parameters.",
                    isRequired: true),
                StepPort("parameters", .any, "Their values: an array for ? and $1, an object for :name."),
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
        if inputs.names.isDisjoint(with: ["database", "server"]) {
            problems.append(
                .init(
                    nil, "The step names no database.", suggestion: "Give a file in 'database', or a name in 'server'.")
            )
        }
        if inputs.names.contains("server"), !inputs.names.isDisjoint(with: ["database", "folder"]) {
            problems.append(.init("server", "'server' stands in place of 'database' and 'folder'; give one of them."))
        }
        if let name = inputs.literals["server"]?.stringValue, self.databases[name] == nil {
            problems.append(.init("server", self.unknown(name)))
        }
        if inputs.names.contains("query"), inputs.literals["query"] == nil {
            problems.append(
                .init(
                    "query", "'query' holds a reference, so that a value could change what it means.",
                    suggestion: "Write ?, :name or $1 there, and give the value in 'parameters'."))
        }
        return problems
    }

    /// Asks.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let query = SQLQuery(
            text: try inputs.requiredString("query"), parameters: inputs["parameters"] ?? [],
            maximumRows: inputs["max_rows"]?.integerValue ?? 1_000)
        try query.checkBeginning()
        let limit = Duration.seconds(inputs["time_limit"]?.numberValue ?? 10)
        let (name, ask) = try self.question(query, limit, inputs, context)
        let answer = try await withTimeLimit(limit, "The query on '\(name)' took too long", ask)
        return [
            "rows": .array(answer.rows), "columns": .array(answer.columns.map { .string($0) }),
            "truncated": .bool(answer.isTruncated),
        ]
    }

    /// What to ask, by its name, and how.
    private func question(
        _ query: SQLQuery, _ limit: Duration, _ inputs: StepInputs, _ context: StepContext
    ) throws -> (name: String, ask: @Sendable () async throws -> SQLQuery.Answer) {
        if let name = inputs.string("server") {
            guard let database = self.databases[name] else {
                throw PipelineError(.invalidValue, self.unknown(name))
            }
            // The server's own limit is for the case that nobody is left to cancel.
            return (name, { try await query.run(on: database, timeLimit: limit + .seconds(1)) })
        }
        let name = try inputs.requiredString("database")
        let folder = try self.folders.path(inputs, context)
        // SQLite itself would follow links and names that lead out of the folder.
        try OpenFolder(folder).checkPlainFile(name)
        return (name, { try await query.run(onFile: "\(folder)/\(name)") })
    }

    private func unknown(_ name: String) -> String {
        "No PostgreSQL database '\(name)' is allowed. \(NearestName.hint(for: name, in: self.databases.keys))"
    }
}
