// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PluginHost

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The program's beginning and end: signals, the command, the exit status.
@main
enum AutoGLMCommand {
    @MainActor
    static func main() async {
        // Before there is another thread: the process of a plugin takes its rights from itself.
        if CommandLine.arguments.dropFirst().first == PluginProcess.argument {
            exit(PluginProcess.run(Array(CommandLine.arguments.dropFirst())))
        }
        Self.openStandardInput()
        let interrupts = Interrupts()
        let status = await withTaskGroup(of: Ending.self) { group in
            group.addTask { .finished(await Self.run(Array(CommandLine.arguments.dropFirst()))) }
            group.addTask { .signalled(await Self.waitForSignal(interrupts.signals)) }
            var signal: Int32?
            while let ending = await group.next() {
                group.cancelAll()
                switch ending {
                case .finished(let status): return signal.map { ExitStatus.ended(bySignal: $0) } ?? status
                case .signalled(let number): signal = number
                }
            }
            return ExitStatus.interrupted
        }
        exit(status)
    }

    /// What came first: the command's end or a signal.
    private enum Ending {
        case finished(Int32)
        case signalled(Int32?)
    }

    /// Makes a closed standard input an empty one; a model's file would else take its number and be read as input.
    private static func openStandardInput() {
        if fcntl(0, F_GETFD) == -1 { _ = open("/dev/null", O_RDONLY) }
    }

    /// Waits on the main thread, so that it is heard even while commands keep every other thread busy.
    @MainActor
    private static func waitForSignal(_ signals: AsyncStream<Int32>) async -> Int32? {
        for await number in signals { return number }
        return nil
    }

    /// Runs one command line.
    ///
    /// - Returns: The exit status.
    @concurrent
    private static func run(_ arguments: [String]) async -> Int32 {
        var commandName: String?
        do {
            try Settings.checkNames()
            var command = try Root.parseAsRoot(arguments)
            commandName = type(of: command)._commandName
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.success
        } catch {
            return ErrorReport(error, arguments: arguments, commandName: commandName).send()
        }
    }
}

/// The program's exit statuses.
enum ExitStatus {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    /// Wrong usage, `EX_USAGE` of BSD's sysexits.
    static let usage: Int32 = 64
    /// Something is gone that may come back, `EX_TEMPFAIL` of BSD's sysexits.
    static let temporary: Int32 = 75
    /// Ended by Ctrl-C.
    static let interrupted = ended(bySignal: SIGINT)

    /// Ended by a signal: 128 and its number, as shells have it.
    static func ended(bySignal number: Int32) -> Int32 { 128 + number }
}
