// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What this machine is.
struct Machine {
    /// The processor's name.
    let processor: String
    /// Processors that this process may use.
    let processors: Int
    /// Main memory in bytes, and what is free of it, where the system tells.
    let memory: (total: Int, available: Int)?
    /// The operating system.
    let system: String

    init() {
        var name = utsname()
        uname(&name)
        let architecture = Self.text(&name.machine)
        self.system = "\(Self.text(&name.sysname)) \(Self.text(&name.release)) \(architecture)"
        self.processor = Self.value("model name", in: "/proc/cpuinfo") ?? architecture
        self.processors = WorkerPool.availableProcessors
        if let total = Self.bytes("MemTotal"), let available = Self.bytes("MemAvailable") {
            self.memory = (total, available)
        } else {
            self.memory = nil
        }
    }

    /// The kernels chosen for this processor.
    var kernels: String { Kernels.best.name }

    /// The machine as JSON reports describe it.
    func json(threads: Int) -> JSONValue {
        [
            "cpu": .string(self.processor), "cores": .integer(self.processors), "threads": .integer(threads),
            "kernels": .string(self.kernels), "os": .string(self.system), "autoglm": .string(Version.current),
        ]
    }

    private static func bytes(_ key: String) -> Int? {
        self.value(key, in: "/proc/meminfo")?.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// The first value of a key in a file of `key : value` lines.
    private static func value(_ key: String, in path: String) -> String? {
        guard let bytes = try? InputFile.bytes(path: path) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].split(whereSeparator: \.isWhitespace).joined(separator: " ") == key else {
                continue
            }
            return String(parts[1].drop { $0 == " " || $0 == "\t" })
        }
        return nil
    }

    /// The text in one of C's arrays of characters.
    private static func text<Tuple>(_ tuple: inout Tuple) -> String {
        withUnsafeBytes(of: &tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
