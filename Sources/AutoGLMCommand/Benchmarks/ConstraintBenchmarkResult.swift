// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import TokenConstraints

/// What came of schemas and their instances.
struct ConstraintBenchmarkResult {
    var schemas = 0
    var compiled = 0
    /// Compiled schemas of which some valid values are not admitted, because `not` and `oneOf` are enforced in part.
    var narrowed = 0
    var instances = 0
    /// Instances of compiled schemas.
    var tested = 0
    var testedValid = 0
    var states = 0
    /// Random texts that were validated.
    var walks = 0
    var wrongWalks: [String] = []
    var wronglyAdmitted: [String] = []
    var wronglyRefused: [String] = []
    /// In nanoseconds, as all times here.
    var compileTimes: [Int64] = []
    var maskTimes: [Int64] = []
    var firstMaskTimes: [Int64] = []
    /// How many schemas were refused, by the keyword or the code that the refusal names.
    private(set) var refusals: [String: Int] = [:]
    private(set) var refused: [String] = []

    /// Takes note of a schema that was refused.
    mutating func refuse(_ name: String, _ error: any Error) {
        let message = (error as? ConstraintError)?.description ?? "\(error)"
        let quoted = message.split(separator: "`", omittingEmptySubsequences: false)
        let keyword = stride(from: 1, to: quoted.count, by: 2).map { quoted[$0] }.first { !$0.hasPrefix("/") }
        self.refusals[keyword.map(String.init) ?? (error as? ConstraintError)?.codeName ?? "other", default: 0] += 1
        self.refused.append("\(name): \(message)")
    }

    /// The result as `--output json` prints it.
    var json: JSONValue {
        [
            "schemas": .integer(self.schemas), "compiled": .integer(self.compiled), "narrowed": .integer(self.narrowed),
            "instances": .integer(self.instances), "tested": .integer(self.tested),
            "tested_valid": .integer(self.testedValid),
            "wrongly_admitted": .integer(self.wronglyAdmitted.count),
            "wrongly_refused": .integer(self.wronglyRefused.count),
            "masks": .integer(self.maskTimes.count), "mask_us_mean": .number(Self.mean(self.maskTimes) / 1e3),
            "mask_us_p50": .number(Self.quantile(0.5, self.maskTimes) / 1e3),
            "mask_us_p99": .number(Self.quantile(0.99, self.maskTimes) / 1e3),
            "first_mask_us_mean": .number(Self.mean(self.firstMaskTimes) / 1e3),
            "compile_ms_mean": .number(Self.mean(self.compileTimes) / 1e6),
            "compile_ms_p50": .number(Self.quantile(0.5, self.compileTimes) / 1e6),
            "compile_ms_p99": .number(Self.quantile(0.99, self.compileTimes) / 1e6), "states": .integer(self.states),
            "walks": .integer(self.walks), "wrong_walks": .integer(self.wrongWalks.count),
            "refused_by": .object(
                OrderedDictionary(
                    uniqueKeysWithValues: self.refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                        ($0.key, .integer($0.value))
                    })),
        ]
    }

    /// The result for people.
    var lines: [String] {
        func rounded(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
        let percent = rounded(Double(self.compiled) * 100 / Double(max(1, self.schemas)))
        return [
            "schemas           \(self.schemas), compiled \(self.compiled) (\(percent) %), of them \(self.narrowed) narrower than they are",
            "instances         \(self.instances), of compiled schemas \(self.tested)",
            "wrongly admitted  \(self.wronglyAdmitted.count)",
            "wrongly refused   \(self.wronglyRefused.count) of \(self.testedValid) valid ones",
            "mask              \(rounded(Self.mean(self.maskTimes) / 1e3)) µs on average, p99 \(rounded(Self.quantile(0.99, self.maskTimes) / 1e3)) µs",
            "compiling         \(rounded(Self.mean(self.compileTimes) / 1e6)) ms on average, p99 \(rounded(Self.quantile(0.99, self.compileTimes) / 1e6)) ms",
            "random texts      \(self.walks), wrong \(self.wrongWalks.count)",
        ]
            + self.refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "refused by        \($0.key): \($0.value)"
            }
    }

    private static func mean(_ times: [Int64]) -> Double {
        times.isEmpty ? 0 : Double(times.reduce(0, +)) / Double(times.count)
    }

    private static func quantile(_ share: Double, _ times: [Int64]) -> Double {
        let sorted = times.sorted()
        return sorted.isEmpty ? 0 : Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))])
    }
}
