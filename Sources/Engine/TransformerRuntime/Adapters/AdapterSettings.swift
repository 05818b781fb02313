// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

/// What `adapter_config.json` says about a low-rank adapter (LoRA, Hu and others 2021), as `peft` writes it.
struct AdapterSettings {
    private let path: String
    private let values: JSONValue

    /// Reads the settings and refuses what would change the result and is not computed here.
    ///
    /// - Throws: ``TransformerError`` with code `.unsuitableAdapter` that names the setting.
    init(folder: ModelFolder) throws {
        guard let values = try folder.json("adapter_config.json") else {
            throw TransformerError(
                .unsuitableAdapter, "\(folder.path): has no 'adapter_config.json', so it is no adapter's folder.")
        }
        self.path = "\(folder.path)/adapter_config.json"
        self.values = values
        try self.check()
    }

    /// Settings that ask for more than a low-rank product, whatever they are set to.
    private static let foreign = [
        "use_dora", "modules_to_save", "lora_bias", "layer_replication", "trainable_token_indices", "target_parameters",
        "alora_invocation_tokens", "arrow_config", "use_bdlora", "use_qalora", "velora_config", "kasa_config",
        "monteclora_config", "fan_in_fan_out", "megatron_config",
    ]

    private func check() throws {
        guard self.values["peft_type"] == "LORA" else {
            let type = self.values["peft_type"]?.serialized() ?? "missing"
            throw self.error("'peft_type' is \(type); only \"LORA\" runs here")
        }
        guard self.values["bias"] == nil || self.values["bias"] == "none" else {
            throw self.error("'bias' is \(self.values["bias"]?.serialized() ?? ""); only \"none\" runs here")
        }
        for key in Self.foreign {
            switch self.values[key] {
            case nil, .null, false, [], [:]: continue
            case let value?: throw self.error("'\(key)' is \(value.serialized()), which does not run here")
            }
        }
        for key in ["rank_pattern", "alpha_pattern"] {
            for name in self.values[key]?.objectValue?.keys ?? [] {
                let isPlain = name.utf8.allSatisfy {
                    $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || Self.isWord($0)
                }
                guard isPlain else { throw self.error("'\(key)' has the pattern '\(name)'; only plain names run here") }
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// The rank of a module's matrices.
    func rank(of module: String) throws -> Int {
        let value = self.pattern("rank_pattern", for: module) ?? self.values["r"] ?? 8
        guard let rank = value.integerValue, (1...4096).contains(rank) else {
            throw self.error("the rank of '\(module)' is \(value.serialized()); it must be from 1 to 4096")
        }
        return rank
    }

    /// What a module's product is multiplied with.
    func scale(of module: String) throws -> Float {
        let rank = Float(try self.rank(of: module))
        let value = self.pattern("alpha_pattern", for: module) ?? self.values["lora_alpha"] ?? 8
        guard let alpha = value.numberValue, alpha.isFinite else {
            throw self.error("the alpha of '\(module)' is \(value.serialized()); it must be a number")
        }
        return Float(alpha) / (self.values["use_rslora"] == true ? rank.squareRoot() : rank)
    }

    /// The value of the first pattern that a module's name ends with.
    private func pattern(_ key: String, for module: String) -> JSONValue? {
        self.values[key]?.objectValue?.first { module == $0.key || module.hasSuffix(".\($0.key)") }?.value
    }

    private func error(_ what: String) -> TransformerError {
        TransformerError(.unsuitableAdapter, "\(self.path): \(what).")
    }
}
