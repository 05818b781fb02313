// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The most memory that this process ever had, in MB, after streams have filled 1,024 tokens of context each at one time.
struct MemoryBenchmark: EngineBenchmark {
    let session: BenchmarkSession
    /// How many hold memory together.
    let streams: Int

    /// Tokens of each prompt and answer.
    ///
    /// The first answer is written while the last prompt is still computed: answers are long enough for all to hold their
    /// memory at one time.
    private static let (promptTokens, answerTokens) = (896, 128)

    /// One run is enough: a process has one peak.
    func rows(runs _: Int) async throws -> [BenchmarkRow] {
        Console.note("peak_memory: filling \(self.streams) × \(Self.promptTokens + Self.answerTokens) tokens")
        let jobs = (0..<self.streams).map { _ in
            self.session.job(self.session.prompt(tokens: Self.promptTokens), tokens: Self.answerTokens)
        }
        let completed = try await self.session.run(jobs)
        try BenchmarkSession.checkLengths(completed, asked: Self.answerTokens)
        guard let allRunning = completed.map(\.firstToken).max(), let firstEnd = completed.map(\.lastToken).min(),
            allRunning <= firstEnd
        else {
            throw CommandError(
                .notMeasurable, "A stream ended before all had begun, so they never held their memory together.")
        }
        return [
            BenchmarkRow(
                measure: "peak_memory", samples: [try Self.peak()], unit: "MB", isLowerBetter: true,
                details: [
                    "streams": .integer(self.streams), "context": .integer(Self.promptTokens + Self.answerTokens),
                ])
        ]
    }

    /// The largest resident set so far, in MB (10⁶ bytes).
    static func peak() throws -> Double {
        #if canImport(Darwin)
        var usage = rusage()
        if getrusage(RUSAGE_SELF, &usage) == 0 { return Double(usage.ru_maxrss) / 1e6 }
        #else
        // What getrusage tells would include whoever started this process.
        let status = try InputFile.text(path: "/proc/self/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        if let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) }) {
            return kilobytes * 1024 / 1e6
        }
        #endif
        throw CommandError(.notMeasurable, "The system does not tell how much memory the process had.")
    }
}
