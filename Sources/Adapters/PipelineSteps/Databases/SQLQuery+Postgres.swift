// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines
internal import PostgresConnections

extension SQLQuery {
    /// Asks a PostgreSQL database on a connection of its own in which the server changes nothing; cancelling the task
    /// cancels the statement.
    ///
    /// - Parameter timeLimit: When the server ends the statement even if nobody is there to cancel it.
    /// - Throws: ``PipelineError`` with code `.invalidValue` that says what the database says; ``PostgresError`` where it
    ///   cannot be asked.
    func run(on database: DatabaseAccess, timeLimit: Duration) async throws -> Answer {
        guard self.parameters.objectValue == nil else {
            throw PipelineError(
                .invalidValue, "Parameters of a PostgreSQL query have no names: write $1, $2 … and give an array.")
        }
        do {
            let found = try await PostgresConnection(database.url).read(
                self.text, self.parameters.arrayValue ?? [self.parameters],
                limits: .init(rows: self.maximumRows, bytes: Self.maximumAnswerBytes), timeLimit: timeLimit)
            var answer = Answer(columns: found.columns)
            answer.isTruncated = found.isTruncated
            for row in found.rows { answer.add(row) }
            return answer
        } catch let error as PostgresError where Self.questionErrors.contains(error.code) {
            throw PipelineError(.invalidValue, "The database refuses the query: \(error.message)", cause: error)
        }
    }

    /// What is wrong with the question, and not with reaching the server.
    private static let questionErrors: [PostgresError.Code] = [.refused, .violation, .tooLarge, .invalidParameter]
}
