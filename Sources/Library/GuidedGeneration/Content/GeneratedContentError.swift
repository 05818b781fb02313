// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Content that does not fit the Swift value that was to be read out of it.
///
/// The shape is that of a ``DomainError``, with the path of the property besides, which grows as the error travels up.
public struct GeneratedContentError: CodedError {
    /// What kind of misfit this is; new codes may be added.
    public enum Code: String, Sendable {
        /// A property that must be there is not.
        case missingProperty = "missing-property"
        /// The content is of another kind.
        case wrongType = "wrong-type"
        /// A number that the type cannot hold.
        case outOfRange = "out-of-range"
        /// A choice that the enumeration does not have.
        case unknownChoice = "unknown-choice"
        /// Too little has been generated so far.
        case incomplete = "incomplete"
    }

    /// One step to a part of the content.
    enum Step: Sendable {
        case property(String)
        case element(Int)
    }

    /// What kind of misfit this is.
    public let code: Code
    /// The error underneath, if there was one.
    public let cause: (any Error)?
    /// Where in the program the error was thrown.
    public let location: ErrorLocation
    private var path: [Step]
    private let problem: String

    init(
        _ code: Code, path: [Step] = [], _ problem: String, cause: (any Error)? = nil, file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.path = path
        self.problem = problem
        self.cause = cause
        self.location = ErrorLocation(file: file, line: line)
    }

    /// A choice that an enumeration does not have.
    ///
    /// - Parameters:
    ///   - name: What was generated.
    ///   - choices: What there is.
    public static func unknownChoice(_ name: String, among choices: [String]) -> Self {
        Self(.unknownChoice, "is '\(name)'; it must be one of: \(choices.joined(separator: ", "))")
    }

    /// The code with its domain, such as `generated-content.wrong-type`.
    public var codeName: String { "generated-content.\(self.code.rawValue)" }

    /// Where the content does not fit, and why.
    public var message: String {
        self.path.isEmpty ? "The content \(self.problem)." : "The property '\(self.propertyPath)' \(self.problem)."
    }

    /// The way to the property, such as `days[2].title`; empty for the content as a whole.
    public var propertyPath: String {
        self.path.reduce(into: "") { text, step in
            switch step {
            case .property(let name): text += text.isEmpty ? name : "." + name
            case .element(let index): text += "[\(index)]"
            }
        }
    }

    /// Runs what reads a part of the content; its errors then tell the way from the whole.
    static func within<Value>(_ step: Step, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch var error as GeneratedContentError {
            error.path.insert(step, at: 0)
            throw error
        }
    }
}
