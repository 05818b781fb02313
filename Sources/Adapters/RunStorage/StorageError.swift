// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import LLMCore
package import Pipelines

/// The errors of what is stored.
public enum StorageDomain: ErrorDomain {
    /// The family's name.
    public static let name = "storage"
}

/// An error of what is stored.
public typealias StorageError = DomainError<StorageDomain>

extension StorageError.Code where Domain == StorageDomain {
    /// The file cannot be opened or made.
    public static var cannotOpen: Self { "cannot-open" }
    /// The file or its folder may not be written.
    public static var readOnly: Self { "read-only" }
    /// The file belongs to another program.
    public static var foreignFile: Self { "foreign-file" }
    /// A later version of this program has changed the file.
    public static var newerSchema: Self { "newer-schema" }
    /// The file's content is damaged.
    public static var damaged: Self { "damaged" }
    /// There is no room on the disk.
    public static var diskFull: Self { "disk-full" }
    /// Other processes have kept the file for too long.
    public static var busy: Self { "busy" }
    /// A step has been recorded before.
    public static var alreadyRecorded: Self { "already-recorded" }
    /// What is stored cannot be understood.
    public static var unreadable: Self { "unreadable" }
    /// Something else went wrong in the database.
    public static var failed: Self { "failed" }
}

extension DomainError where Domain == StorageDomain {
    /// A step is there already, as its key tells.
    package static func alreadyRecorded(_ step: StepCall, of run: String, cause: (any Error)? = nil) -> Self {
        Self(
            .alreadyRecorded,
            "The step '\(step.key.rawValue)' of the run '\(run)' has been recorded before, or the run was removed.",
            cause: cause)
    }

    /// What an error of the database means to the user; errors of other kinds stay what they are.
    static func wrapping(_ error: any Error, path: String) -> any Error {
        if error is RowDecodingError {
            return Self(
                .unreadable, "A value in '\(path)' is not what it should be; the file is damaged.", cause: error)
        }
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL:
            return Self(
                .diskFull,
                "There is no room left for '\(path)'. What was recorded is kept: make room, then resume the run.",
                cause: error)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return Self(
                .readOnly, "'\(path)' cannot be written. Allow writing to it and to its folder, or name another file.",
                cause: error)
        case .SQLITE_CANTOPEN:
            return Self(
                .cannotOpen, "Cannot open '\(path)'. Its folder must exist, and may be written.", cause: error)
        case .SQLITE_NOTADB:
            return Self(.foreignFile, "'\(path)' is no SQLite database. Name another file.", cause: error)
        case .SQLITE_CORRUPT:
            return Self(
                .damaged,
                "'\(path)' is damaged. Put it aside and begin a new one; `sqlite3 FILE .recover` saves what can be read.",
                cause: error)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return Self(
                .busy, "Other processes have kept '\(path)' for too long. Try again, or end them.", cause: error)
        case .SQLITE_IOERR:
            return Self(
                .failed, "The system failed to read or write '\(path)'. What was recorded before is kept.", cause: error
            )
        default: return Self(.failed, "The database '\(path)' failed.", cause: error)
        }
    }
}
