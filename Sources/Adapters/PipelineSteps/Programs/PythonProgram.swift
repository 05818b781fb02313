// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Python code with its inputs and limits.
struct PythonProgram: Sendable {
    let interpreter: String
    let code: String
    let inputs: JSONValue
    let cpuSeconds: Int
    let memoryBytes: Int
    let outputBytes: Int

    /// Runs the code in an empty folder that is taken away afterwards; cancelling the task ends all its processes.
    ///
    /// - Parameter receive: Receives what is printed, as it is printed; the code waits while it is behind.
    /// - Returns: The result.
    /// - Throws: ``PipelineError`` with code `.programFailed`: what Python says, or which limit was reached.
    func run(receive: (String) async throws -> Void) async throws -> JSONValue {
        let folder = try WorkFolder()
        try folder.write(Array(self.code.utf8), to: "code.py")
        try folder.write(Array(self.inputs.serialized().utf8), to: "inputs.json")
        let output = try OutputPipe()
        let process = try self.start(in: folder, output)
        // Waited for beside the reading: what the program leaves in its group goes with it, so that the output ends.
        async let end = process.end()
        let last = try await self.read(output, receive)
        let ending = await end
        try Task.checkCancellation()
        guard case .exited(0) = ending else { throw Self.failure(ending, last, self) }
        let written = try folder.read("result.json", maximumBytes: self.outputBytes + 1)
        do { return try JSONValue(parsing: written) } catch {
            throw PipelineError(.programFailed, "The Python code left no JSON behind.", cause: error)
        }
    }

    /// Starts the interpreter, without this program's environment.
    private func start(in folder: WorkFolder, _ output: OutputPipe) throws -> ChildProcess {
        // From then on nobody else can write to it.
        defer { output.closeWriteEnd() }
        return try ChildProcess(
            self.interpreter,
            ["-u", "-I", "-B", "-c", Self.preparation] + [folder.path]
                + [self.cpuSeconds, self.memoryBytes, self.outputBytes].map(String.init),
            environment: Self.environment, output: output.descriptor ?? -1, endsGroup: true)
    }

    private static let environment = [
        "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1",
    ]

    /// Reads what is printed to its end.
    ///
    /// - Returns: The last of it.
    private func read(_ output: OutputPipe, _ receive: (String) async throws -> Void) async throws -> String {
        var decoder = TextDecoder()
        var count = 0
        var last = ""
        while true {
            let bytes = try await output.read()
            count += bytes.count
            guard count <= self.outputBytes else {
                throw PipelineError(.programFailed, "The Python code wrote more than \(self.outputBytes) bytes.")
            }
            let text = bytes.isEmpty ? decoder.finish() : decoder.add(bytes)
            last = String((last + text).suffix(1_000))
            if !text.isEmpty { try await receive(text) }
            if bytes.isEmpty { return last }
        }
    }

    private static func failure(_ ending: ChildProcess.Ending, _ printed: String, _ program: Self) -> PipelineError {
        let last = printed.split(separator: "\n").last.map { " Its last line: \($0.prefix(500))" } ?? ""
        switch ending {
        case .exited(let status):
            return PipelineError(.programFailed, "The Python code failed (status \(status)).\(last)")
        case .killed(SIGXCPU):
            return PipelineError(
                .programFailed, "The Python code took more than \(program.cpuSeconds) s of the processor.")
        case .killed(SIGXFSZ):
            return PipelineError(.programFailed, "The Python code wrote more than \(program.outputBytes) bytes.")
        case .killed(let signal):
            return PipelineError(.programFailed, "The Python code was ended by signal \(signal).\(last)")
        }
    }

    /// Sets the limits, which the code cannot raise, and runs it.
    ///
    /// What this program has open is closed first. No process or thread can be added, so that there is nothing to leave
    /// behind; since that does not hold for root, root's rights are given up first. What is printed goes where errors go.
    /// (`pass;` keeps the first line from looking like an import of Swift's.)
    private static let preparation = """
        pass; import json, os, resource, signal, sys
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.chdir(sys.argv[1])
        cpu, memory, output = (int(text) for text in sys.argv[2:5])
        with open("code.py", encoding="utf-8") as file: code = file.read()
        with open("inputs.json", encoding="utf-8") as file: inputs = json.load(file)
        result_file = os.open("result.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        for name, value in (("CORE", 0), ("NPROC", 0), ("FSIZE", output), ("AS", memory)):
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        sys.argv = ["code.py"]
        scope = {"__name__": "__main__", "inputs": inputs}
        exec(compile(code, "code.py", "exec"), scope)
        text = json.dumps(scope.get("result"), allow_nan=False)
        with os.fdopen(result_file, "w", encoding="utf-8") as file: file.write(text)
        """
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A program that a step ran failed, or reached a limit.
    public static var programFailed: Self { "program-failed" }
}
