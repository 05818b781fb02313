// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PluginHost

/// Where the names of models are that steps may have; none of them is opened.
struct ModelNames: ParsableArguments {
    @Option(help: "A file (autoglm.yaml) with the models that steps may name; without it their names are not checked.")
    var config: String?

    /// The models of the file; nil where none is named.
    ///
    /// - Parameter plugins: Where the plugins are that models may be.
    func models(_ plugins: PluginHost) throws -> ConfiguredModels? {
        try self.config.map { try ConfiguredModels(path: $0, plugins: plugins) }
    }
}
