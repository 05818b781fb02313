// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Which low-rank adapter (LoRA) is applied.
struct AdapterFlags: ParsableArguments {
    @Option(help: "Apply the low-rank adapter in this folder, as peft writes it: NAME=PATH.")
    var lora: String?

    func validate() throws {
        guard let lora else { return }
        if self.paths.isEmpty { throw ValidationError("--lora is '\(lora)'; it must be NAME=PATH.") }
    }

    /// The adapter's name.
    var name: String? { self.paths.keys.first }

    /// The adapter's folder by its name.
    var paths: [String: String] {
        let parts = self.lora?.split(separator: "=", maxSplits: 1).map(String.init) ?? []
        return parts.count == 2 ? [parts[0]: parts[1]] : [:]
    }
}
