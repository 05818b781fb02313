// SPDX-License-Identifier: Apache-2.0

internal import AllocationCounter
internal import Foundation
internal import InferenceEngine
internal import LLMCore
internal import TensorKernels

/// Counts what the engine allocates and executes, and fails where that is more than its threshold.
///
/// Wall-clock time is not measured here: it differs from run to run and from machine to machine.
@main
enum Benchmarks {
    static func main() async throws {
        guard alc_available() else {
            print("Allocations cannot be counted on this system.")
            return
        }
        let thresholds = try Thresholds(path: Self.thresholdsPath)
        let subject = try Subject(path: Self.modelPath)
        var failures = 0
        print("measure                                    allocations    limit   instructions")
        for measure in Measure.all {
            let result = try await measure.run(subject)
            let limit = thresholds.allocations(of: measure.name)
            let isOver = limit.map { result.allocations > $0 } ?? true
            if isOver { failures += 1 }
            print(
                measure.name.padding(toLength: 40, withPad: " ", startingAt: 0),
                Self.right(String(format: "%.2f", result.allocations), 14),
                Self.right(limit.map { String(format: "%.2f", $0) } ?? "none", 8),
                Self.right(result.instructions.map { String(Int($0)) } ?? "not counted", 14), isOver ? "  OVER" : "")
        }
        if failures > 0 {
            print("\(failures) measures are over their limit in \(Self.thresholdsPath).")
            exit(1)
        }
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static let thresholdsPath: String =
        CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "Benchmarks/Thresholds/allocations.json"

    private static let modelPath: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        return cache + "/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    }()
}

/// The most allocations that each measure may take, from a JSON object of names and numbers.
struct Thresholds {
    private let limits: [String: Double]

    init(path: String) throws {
        self.limits = try JSONDecoder().decode([String: Double].self, from: Data(contentsOf: URL(filePath: path)))
    }

    func allocations(of measure: String) -> Double? { self.limits[measure] }
}
