// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PipelineSteps

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// `autoglm train launch`: several processes that train together, and are started again when one of them dies.
struct TrainLaunchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "Train with several processes, which are started again when one of them dies.",
        discussion: """
            Example:
              autoglm train launch --processes 2 --max-restarts 3 -- intent --data dialogues --out intents
              autoglm train launch --processes 16 --hostfile hosts -- intent --data dialogues --out intents
              autoglm train launch --processes 2 -- measure

            Starts OpenMPI's mpirun with 'autoglm train' and what follows '--'; each process takes its share of its machine's processors \
            unless --threads is given. When a process dies, all are started again and go on from the last checkpoint; mistakes that \
            the program tells of are not tried again. Ctrl-C lets all finish their step and write a checkpoint.

            With --hostfile the processes are on several machines, as mpirun reads that file: the program and the data must be there \
            under the same paths, and ssh must reach them.
            """)

    @Option(help: "How many processes (default: one for each processor).")
    var processes: Int?

    @Option(help: "How often at most they are started again.")
    var maxRestarts = 3

    @Option(help: "Start with one process fewer each time, but not with fewer than these (default: always as many).")
    var minProcesses: Int?

    @Option(help: "A file of machines, as mpirun reads it.")
    var hostfile: String?

    @Option(
        name: .customLong("mpirun"), parsing: .unconditional,
        help: "More options of mpirun in one word, such as '--mca btl tcp,self'.")
    var mpirunOptions: String?

    @Argument(parsing: .postTerminator, help: "What follows 'autoglm train' in each process.")
    var training: [String] = []

    func validate() throws {
        guard (1...4096).contains(self.processes ?? 1), (0...1_000_000).contains(self.maxRestarts),
            (1...(self.processes ?? 4096)).contains(self.minProcesses ?? 1)
        else {
            throw ValidationError(
                "--processes is a number from 1 to 4,096, --min-processes at most that, --max-restarts from 0 on.")
        }
        guard let first = self.training.first, first != "launch" else {
            throw ValidationError("Say what to train after '--', such as: -- intent --data dialogues --out intents")
        }
    }

    func run() async throws {
        let mpirun = try Self.mpirun()
        var (processes, training) = (self.processes ?? Machine().processors, self.training)
        for restarts in 0... {
            let program = try ChildProcess(
                mpirun, self.arguments(processes) + training,
                environment: Settings.environment.map { "\($0)=\($1)" }, endsGroup: false)
            let status = Self.status(await program.end(cancelledBy: SIGUSR1))
            try Task.checkCancellation()
            if status == ExitStatus.success { return }
            guard Self.isWorthAnother(status), restarts < self.maxRestarts else { throw ExitCode(status) }
            // What was begun anew goes on now.
            training.removeAll { $0 == "--restart" }
            if let minimum = self.minProcesses { processes = max(minimum, processes - 1) }
            Console.note(
                "A process died (status \(status)); starting \(processes) again, \(restarts + 1) of at most \(self.maxRestarts) times."
            )
        }
    }

    /// A program's status as shells have it: 128 and the number of the signal that ended it.
    private static func status(_ ending: ChildProcess.Ending) -> Int32 {
        switch ending {
        case .exited(let status): status
        case .killed(let signal): ExitStatus.ended(bySignal: signal)
        }
    }

    /// Whether a status is that of a process that died, not one that told of a mistake or was asked to end.
    private static func isWorthAnother(_ status: Int32) -> Bool {
        let asked = [SIGINT, SIGTERM, SIGUSR1].map { ExitStatus.ended(bySignal: $0) }
        return status == ExitStatus.temporary || status > 128 && !asked.contains(status)
    }

    private func arguments(_ processes: Int) -> [String] {
        var arguments = ["-np", "\(processes)", "--bind-to", "none"]
        if getuid() == 0 { arguments.append("--allow-run-as-root") }
        if let hostfile { arguments += ["--hostfile", hostfile] }
        if self.hostfile == nil, processes > Machine().processors { arguments.append("--oversubscribe") }
        arguments += (self.mpirunOptions ?? "").split(separator: " ").map(String.init)
        return arguments + [FilePath.absolute("/proc/self/exe"), "train"]
    }

    private static func mpirun() throws -> String {
        let folders = (Settings.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
        let paths: [String] = folders.map { folder in folder + "/mpirun" }
        guard let path = paths.first(where: { path in access(path, X_OK) == 0 }) else {
            throw CommandError(
                .notAvailable, "There is no mpirun on PATH; install OpenMPI (Debian: apt-get install openmpi-bin).")
        }
        return path
    }
}
