// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
package import ModelFiles
package import TensorKernels

/// A low-rank adapter (LoRA) of one model: what it adds to the products of its blocks.
///
/// The model's own weights are neither changed nor copied; sequences with different adapters run in one batch.
package final class LowRankAdapter: Sendable {
    /// The name that requests call it by.
    package let name: String
    /// Of each block, the updates of each product.
    private let blocks: [[AdaptedProduct: [LowRankUpdate]]]

    /// Loads an adapter as `peft` writes it.
    ///
    /// - Parameters:
    ///   - name: The name that requests call it by.
    ///   - folder: A folder with `adapter_config.json` and `adapter_model.safetensors`.
    ///   - model: What it adapts.
    ///   - pool: The workers that share the packing.
    /// - Throws: ``TransformerError`` with code `.unsuitableAdapter` that names what does not fit or is not known;
    ///   `ModelFileError` when a file is broken.
    package init(name: String, folder: ModelFolder, model: TransformerModel, pool: WorkerPool) throws {
        var loader = try AdapterLoader(folder: folder, model: model, pool: pool)
        self.name = name
        self.blocks = try model.layers.indices.map { try loader.updates(ofBlock: $0) }
        try loader.checkAllTaken()
    }

    /// Adds the adapter's part to the results of a product, for some rows.
    func add(
        to product: AdaptedProduct, ofBlock block: Int, inputs: Activations, rows: Range<Int>,
        results: UnsafeMutablePointer<Float>, stride: Int, scratch: AdapterScratch, kernels: Kernels
    ) {
        for update in self.blocks[block][product] ?? [] {
            update.add(inputs, rows: rows, to: results, stride: stride, scratch: scratch, kernels: kernels)
        }
    }
}

/// Takes an adapter's tensors by the modules they belong to.
struct AdapterLoader {
    private let settings: AdapterSettings
    private let file: SafetensorsFile
    private let model: TransformerModel
    private let pool: WorkerPool
    private var taken: Set<String> = []

    /// What `peft` puts before the names of the model's modules.
    private static let prefix = "base_model.model."

    init(folder: ModelFolder, model: TransformerModel, pool: WorkerPool) throws {
        self.settings = try AdapterSettings(folder: folder)
        self.file = try SafetensorsFile(path: folder.path(of: "adapter_model.safetensors"))
        self.model = model
        self.pool = pool
    }

    /// The updates of a block's products.
    mutating func updates(ofBlock block: Int) throws -> [AdaptedProduct: [LowRankUpdate]] {
        var updates: [AdaptedProduct: [LowRankUpdate]] = [:]
        let modules = AdaptedModule.all(
            of: self.model.layers[block], shape: self.model.configuration, reordered: self.model.reordersHeads)
        for (part, module) in modules.sorted(by: { $0.key < $1.key }) {
            let name = "model.layers.\(block).\(part)"
            guard try self.file.tensor(named: "\(Self.prefix)\(name).lora_A.weight") != nil else { continue }
            let rank = try self.settings.rank(of: name)
            let down = try self.values("\(name).lora_A", dimensions: [module.columns, rank])
            let up = try self.values("\(name).lora_B", dimensions: [rank, module.rows])
            updates[module.product, default: []].append(
                LowRankUpdate(
                    module, rank: rank, scale: try self.settings.scale(of: name), down: down, up: up,
                    kernels: self.model.kernels, pool: self.pool))
        }
        return updates
    }

    /// Fails when the file has tensors that belong to no module that can be adapted here, or none at all.
    func checkAllTaken() throws {
        let names = self.file.tensors.map(\.name) + self.file.unreadableTensors.keys.sorted()
        if names.isEmpty { throw TransformerError(.unsuitableAdapter, "\(self.file.path): adapts nothing.") }
        guard let other = names.first(where: { !self.taken.contains($0) }) else { return }
        throw TransformerError(
            .unsuitableAdapter,
            """
            \(self.file.path): the tensor '\(other)' belongs to no module that can be adapted in this model \
            ('\(self.model.configuration.architecture)' with \(self.model.layers.count) blocks); those are the projections \
            of attention and of dense feed-forward networks.
            """)
    }

    private mutating func values(_ name: String, dimensions: [Int]) throws -> [Float] {
        let name = "\(Self.prefix)\(name).weight"
        guard let tensor = try self.file.tensor(named: name) else {
            throw TransformerError(.unsuitableAdapter, "\(self.file.path): lacks the tensor '\(name)'.")
        }
        guard tensor.dimensions == dimensions else {
            throw TransformerError(
                .unsuitableAdapter,
                """
                \(self.file.path): '\(name)' has the shape \(Array(tensor.dimensions.reversed())), but the model and the \
                adapter's rank ask for \(Array(dimensions.reversed())); it was made for another model.
                """)
        }
        guard [.f32, .f16, .bf16].contains(tensor.type) else {
            throw TransformerError(
                .unsuitableAdapter,
                "\(self.file.path): '\(name)' has the type \(tensor.type.name), not F32, F16 or BF16.")
        }
        try self.file.checkIntact()
        self.taken.insert(name)
        let (count, bytes) = (tensor.elementCount, self.file.bytes(of: tensor))
        return [Float](unsafeUninitializedCapacity: count) { values, initialized in
            if let base = values.baseAddress {
                ctk_dequantize_row(ctk_type(rawValue: tensor.type.rawValue), bytes.baseAddress, base, count)
            }
            initialized = count
        }
    }
}
