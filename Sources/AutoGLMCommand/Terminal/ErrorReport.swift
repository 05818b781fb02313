// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// What the program says when it ends, and its exit status.
struct ErrorReport {
    private let error: any Error
    private let arguments: [String]
    /// The command that failed while it ran; nil while the command line was still being read.
    private let commandName: String?

    init(_ error: any Error, arguments: [String], commandName: String?) {
        self.error = error
        self.arguments = arguments
        self.commandName = commandName
    }

    /// Tells the user.
    ///
    /// - Returns: The exit status.
    func send() -> Int32 {
        switch self.error {
        case is Console.OutputClosed: return ExitStatus.success
        case is CancellationError: return ExitStatus.interrupted
        case let exit as ExitCode: return exit.rawValue
        case let error as any CodedError:
            Console.note("error: \(error.message)")
            if let cause = error.cause { Console.note("  because: \(cause)") }
            Console.note("  code: \(error.codeName)")
            return ExitStatus.failure
        case let error as ValidationError where self.commandName != nil:
            Console.note("error: \(error.message)")
            Console.note("  See 'autoglm \(self.commandPath) --help' for more information.")
            return ExitStatus.usage
        default: return self.sendParserError()
        }
    }

    /// Errors of the command line's grammar, and requests for help, which the parser words itself.
    private func sendParserError() -> Int32 {
        let status = Root.exitCode(for: self.error).rawValue
        var message = Root.fullMessage(for: self.error)
        if status == ExitStatus.success, self.subcommandHint == nil {
            do { try Console.line(message) } catch { return ExitStatus.success }
            return ExitStatus.success
        }
        if message.hasPrefix("Error: ") { message = "error: " + message.dropFirst("Error: ".count) }
        if let hint = self.subcommandHint {
            let usage = message.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
            message = (["error: \(hint)"] + usage.map(String.init)).joined(separator: "\n")
        }
        Console.note(message)
        return ExitStatus.usage
    }

    /// The command's words as they were typed, such as `bench engine`.
    private var commandPath: String {
        let end = self.arguments.firstIndex(of: self.commandName ?? "") ?? 0
        return self.arguments.prefix(end + 1).joined(separator: " ")
    }

    /// The command that somebody who mistyped one probably meant.
    private var subcommandHint: String? {
        let words = self.arguments.first == "help" ? self.arguments.dropFirst() : self.arguments[...]
        guard let name = words.first, !name.hasPrefix("-") else { return nil }
        let known = Root.configuration.subcommands.map { $0._commandName }
        guard !known.contains(name), name != "help" else { return nil }
        return "There is no command '\(name)'. \(NearestName.hint(for: name, in: known))"
    }
}
