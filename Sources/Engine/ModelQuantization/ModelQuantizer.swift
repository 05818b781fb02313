// SPDX-License-Identifier: Apache-2.0
internal import CTensorKernels
internal import LLMCore
package import ModelFiles
package import TensorKernels

/// Writes a model file with its tensors in another type.
package struct ModelQuantizer {
    /// What became of a file.
    package struct Report: Sendable, Hashable {
        /// Bytes of the input.
        package var inputBytes: Int
        /// Bytes of the output.
        package var outputBytes: Int
        /// Tensors by the type they were written in.
        package var tensors: [TensorType: Int] = [:]
        /// Tensors whose rows do not fill the type that was meant, by that type and the one they were written in.
        package var fallbacks: [Fallback: Int] = [:]
    }

    /// A type, and what is written where rows do not fill its blocks.
    package struct Fallback: Sendable, Hashable {
        /// What was meant.
        package var wanted: TensorType
        /// What was written.
        package var written: TensorType

        /// A pair of types.
        package init(wanted: TensorType, written: TensorType) {
            self.wanted = wanted
            self.written = written
        }
    }

    private let input: GGUFFile
    private let recipe: QuantizationRecipe
    private let choices: [QuantizationRecipe.Choice]

    /// Decides what is written.
    ///
    /// - Throws: ``QuantizationError`` with code `.unsupportedTensor` when a tensor cannot be read.
    package init(input: GGUFFile, recipe: QuantizationRecipe) throws {
        self.input = input
        self.recipe = recipe
        let metadata = input.metadata
        let prefix = metadata.string("general.architecture") ?? ""
        let heads = metadata.int("\(prefix).attention.head_count") ?? 1
        let context = QuantizationRecipe.Context(
            layers: metadata.int("\(prefix).block_count") ?? 0,
            groupSize: heads / max(1, metadata.int("\(prefix).attention.head_count_kv") ?? heads),
            tied: input.tensor(named: "output.weight") == nil)
        self.choices = input.tensors.map { recipe.choice(for: $0, context) }
        for (tensor, choice) in zip(input.tensors, self.choices) where tensor.type != choice.type {
            guard ctk_type_supported(ctk_type(tensor.type.rawValue)) else {
                throw QuantizationError(
                    .unsupportedTensor,
                    """
                    \(input.path): tensor '\(tensor.name)' has the type \(tensor.type.name), which cannot be read; start from \
                    the model's F16, BF16 or F32 file.
                    """)
            }
        }
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - path: The target; a file that is there is replaced when everything has been written.
    ///   - pool: The workers that share the work.
    ///   - progress: Called before each tensor with its number from 0 and its name.
    /// - Throws: ``ModelFileError`` when reading or writing fails, ``QuantizationError`` when numbers do not fit the type.
    package func write(
        to path: String, pool: WorkerPool, progress: (Int, String) -> Void
    ) throws -> Report {
        var report = Report(inputBytes: self.input.byteCount, outputBytes: 0)
        var writer = try GGUFFileWriter(path: path, metadata: self.metadata, tensors: self.plan)
        for (index, (tensor, choice)) in zip(self.input.tensors, self.choices).enumerated() {
            progress(index, tensor.name)
            try self.input.checkIntact()
            try writer.beginTensor()
            if tensor.type == choice.type {
                try writer.append(self.input.bytes(of: tensor))
            } else {
                let encoder = TensorEncoder(
                    tensor: tensor, source: self.input.bytes(of: tensor), target: choice.type, pool: pool)
                try encoder.encode { try writer.append($0) }
            }
            self.input.adviseUnneeded(tensor)
            report.tensors[choice.type, default: 0] += 1
            guard let wanted = choice.instead else { continue }
            report.fallbacks[Fallback(wanted: wanted, written: choice.type), default: 0] += 1
        }
        report.outputBytes = try writer.finish()
        return report
    }

    private var plan: [TensorDescription] {
        zip(self.input.tensors, self.choices).map { tensor, choice in
            TensorDescription(
                name: tensor.name, dimensions: tensor.dimensions, type: choice.type, offset: 0,
                byteCount: tensor.elementCount / choice.type.elementsPerBlock * choice.type.bytesPerBlock)
        }
    }

    /// The input's metadata with the new type; the version is that of the quantised types' layouts.
    private var metadata: [(key: String, value: GGUFValue)] {
        var result = self.input.metadata.keys.compactMap { key in self.input.metadata[key].map { (key: key, value: $0) }
        }
        func set(_ key: String, _ value: UInt32) {
            result.removeAll { $0.key == key }
            result.append((key, .uint32(value)))
        }
        set("general.file_type", self.recipe.fileType)
        set("general.quantization_version", 2)
        return result
    }
}
