// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of PostgreSQL databases.
public enum PostgresDomain: ErrorDomain {
    /// The family's name.
    public static let name = "postgres"
}

/// An error of a PostgreSQL database.
public typealias PostgresError = DomainError<PostgresDomain>

extension PostgresError.Code where Domain == PostgresDomain {
    /// The system has no libpq, or one that cannot be used.
    public static var noLibrary: Self { "no-library" }
    /// The URL is malformed, or asks for something that is not supported.
    public static var invalidURL: Self { "invalid-url" }
    /// The password is not where it should be.
    public static var missingSecret: Self { "missing-secret" }
    /// No connection came about.
    public static var connectionFailed: Self { "connection-failed" }
    /// The connection broke; whether the last statement was done is not known.
    public static var interrupted: Self { "interrupted" }
    /// The server refuses the statement.
    public static var refused: Self { "refused" }
    /// A row or a value is there already, or is still referred to (SQLSTATE class 23).
    public static var violation: Self { "violation" }
    /// Others changed the same at the same time: the whole transaction may be done again (SQLSTATE class 40).
    public static var conflict: Self { "conflict" }
    /// The server ended the statement because it took too long.
    public static var timedOut: Self { "timed-out" }
    /// The answer is larger than allowed.
    public static var tooLarge: Self { "too-large" }
    /// What is kept cannot be understood.
    public static var unreadable: Self { "unreadable" }
    /// A later version of this program has changed the tables.
    public static var newerSchema: Self { "newer-schema" }
    /// A parameter cannot be sent as it is.
    public static var invalidParameter: Self { "invalid-parameter" }
}

extension DomainError where Domain == PostgresDomain {
    /// What an error of the server means, by its SQLSTATE.
    ///
    /// - Parameters:
    ///   - state: Five characters; the first two are a class.
    ///   - text: What the server says.
    init(state: String, _ text: String) {
        let code: Code =
            switch (state.prefix(2), state) {
            case ("23", _): .violation
            case ("40", _): .conflict
            case (_, "57014"): .timedOut
            case ("57", _): .interrupted
            default: .refused
            }
        let problem = code == .timedOut ? "The query took too long, and the database ended it" : "The database says"
        self.init(code, "\(problem): \(text) (SQLSTATE \(state)).")
    }
}
