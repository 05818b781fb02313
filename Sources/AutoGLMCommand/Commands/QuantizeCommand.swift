// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelQuantization
internal import OrderedCollections
internal import TensorKernels

/// `autoglm quantize`: a model file in another tensor type.
struct QuantizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Write a model file with its tensors in another type.",
        discussion: """
            Example:
              autoglm quantize model-f16.gguf model-q4_k_m.gguf --type Q4_K_M

            Types: \(QuantizationRecipe.all.map(\.name).joined(separator: ", ")).

            Q5_K, Q4_K and Q3_K mean their _M mix, in which tensors that matter more have more bits; output layers have \
            Q6_K or Q8_0, vectors stay as they are. Best start from an F16, BF16 or F32 file: from a quantised one, errors add up. \
            The output takes its place when all of it has been written.
            """)

    @OptionGroup var output: OutputOptions

    @Argument(help: "A GGUF file.")
    var input: String

    @Argument(help: "The GGUF file to write; one that is there is replaced.")
    var target: String

    @Option(help: "The type to write, such as Q4_K_M.")
    var type: String

    @Option(help: "Worker threads (default: all processors).")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024.") }
    }

    func run() async throws {
        let recipe = try QuantizationRecipe(named: self.type)
        guard !FilePath.isSame(self.input, self.target) else {
            throw QuantizationError(
                .sameFile, "\(self.target): is the input itself; write to another file, and replace the input after.")
        }
        let file = try GGUFFile(path: self.input)
        let quantizer = try ModelQuantizer(input: file, recipe: recipe)
        let pool = try WorkerPool(count: self.threads ?? WorkerPool.availableProcessors)
        let clock = ContinuousClock()
        let start = clock.now
        let report = try quantizer.write(to: self.target, pool: pool) { index, name in
            Console.note("[\(index + 1)/\(file.tensors.count)] \(name)")
        }
        let seconds = (clock.now - start) / .seconds(1)
        switch self.output.format {
        case .json: try Console.json(self.json(report, recipe, seconds))
        case .text: try Console.write(self.text(report, recipe, seconds))
        }
    }

    private func text(_ report: ModelQuantizer.Report, _ recipe: QuantizationRecipe, _ seconds: Double) -> String {
        func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e5).rounded() / 10) MB" }
        let fallbacks = Self.fallbacks(report).map { fallback, count in
            """
            \(count) tensors have rows that do not fill \(fallback.wanted.name)'s blocks of \
            \(fallback.wanted.elementsPerBlock); they are \(fallback.written.name) instead.

            """
        }
        let types = Self.types(report).map { "\($0.value) \($0.key.name)" }.joined(separator: ", ")
        return """
            \(fallbacks.joined())\(self.target): \(recipe.name), \(megabytes(report.inputBytes)) before, \
            \(megabytes(report.outputBytes)) now, in \((seconds * 10).rounded() / 10) s. Tensors: \(types).

            """
    }

    private func json(
        _ report: ModelQuantizer.Report, _ recipe: QuantizationRecipe, _ seconds: Double
    ) -> JSONValue {
        let types = Self.types(report).map { ($0.key.name, JSONValue.integer($0.value)) }
        let fallbacks = Self.fallbacks(report).map { fallback, count in
            JSONValue.object([
                "wanted": .string(fallback.wanted.name), "written": .string(fallback.written.name),
                "tensors": .integer(count),
            ])
        }
        return .object([
            "output": .string(self.target), "type": .string(recipe.name), "input_bytes": .integer(report.inputBytes),
            "output_bytes": .integer(report.outputBytes), "seconds": .number(seconds),
            "tensors": .object(OrderedDictionary(uniqueKeysWithValues: types)), "fallbacks": .array(fallbacks),
        ])
    }

    private static func types(_ report: ModelQuantizer.Report) -> [(key: TensorType, value: Int)] {
        report.tensors.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
    }

    private static func fallbacks(
        _ report: ModelQuantizer.Report
    ) -> [(key: ModelQuantizer.Fallback, value: Int)] {
        report.fallbacks.sorted { $0.key.wanted.rawValue < $1.key.wanted.rawValue }
    }
}
