// SPDX-License-Identifier: Apache-2.0

/// An error with an open code, a message for a person, a cause and the place it was thrown.
///
/// Every module names its own errors by a domain, an empty type, so that two modules' codes can never be confused and
/// the shape is written once:
///
/// ```swift
/// public enum ModelFileDomain: ErrorDomain { public static let name = "model-file" }
/// public typealias ModelFileError = DomainError<ModelFileDomain>
/// extension ModelFileError.Code where Domain == ModelFileDomain {
///     public static var truncated: Self { "truncated" }
/// }
/// throw ModelFileError(.truncated, "The file ends inside the tensor table; download it again.")
/// ```
public struct DomainError<Domain: ErrorDomain>: CodedError {
    /// What kind of failure this is.
    ///
    /// New codes may be added without breaking callers.
    public struct Code: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
        /// The code as other programs see it, lower-case words joined by hyphens.
        public let rawValue: String

        /// A code by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A code by its name.
        public init(stringLiteral value: String) { self.rawValue = value }
    }

    /// What kind of failure this is.
    public var code: Code

    /// What failed, where, and what the caller can do about it.
    public var message: String

    /// The error underneath, if there was one.
    public var cause: (any Error)?

    /// How long to wait before trying again, where whoever refused said so.
    public var retryAfter: Duration?

    /// Whether a limit of this program's own refused, so that whoever is behind it was not asked and is not to blame.
    public var isOwnRefusal = false

    /// Where in the program the error was thrown.
    public var location: ErrorLocation

    /// Makes an error; the location is filled in by the compiler.
    public init(
        _ code: Code, _ message: String, cause: (any Error)? = nil, retryAfter: Duration? = nil,
        file: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retryAfter = retryAfter
        self.location = ErrorLocation(file: file, line: line)
    }

    /// The code with its domain, such as `model-file.truncated`.
    public var codeName: String { "\(Domain.name).\(self.code.rawValue)" }
}

/// Names a family of errors; conform an empty enum per module.
public protocol ErrorDomain: Sendable {
    /// The family's name in ``CodedError/codeName``.
    static var name: String { get }
}

/// What every error of this project can say of itself, whatever its domain.
public protocol CodedError: Error, CustomStringConvertible {
    /// The code with its domain, such as `model-file.truncated`.
    var codeName: String { get }

    /// What failed, where, and what the caller can do about it.
    var message: String { get }

    /// The error underneath, if there was one.
    var cause: (any Error)? { get }

    /// Where in the program the error was thrown.
    var location: ErrorLocation { get }
}

extension CodedError {
    /// The message, followed by the causes' messages.
    public var description: String {
        guard let cause = self.cause else { return self.message }
        return "\(self.message) (because: \(cause))"
    }
}

/// A place in the source.
public struct ErrorLocation: Sendable, Hashable, CustomStringConvertible {
    /// Module and file, as `#fileID` gives it.
    public var file: String

    /// The line, from 1.
    public var line: Int

    /// Names a place in the source.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `Module/File.swift:12`.
    public var description: String { "\(self.file):\(self.line)" }
}
