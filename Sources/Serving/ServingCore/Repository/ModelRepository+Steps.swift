// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

extension ModelRepository {
    /// The models that a model in the repository is made of, as its folder says; none where it is not made of others.
    ///
    /// - Throws: ``ServingError`` where its configuration cannot be read.
    func steps(of name: String) throws -> [String] {
        guard let folder = ModelFolder.named(name, in: self.options.folders) else { return [] }
        return Self.steps(of: try folder.configuration())
    }

    /// The models that a configuration is made of.
    static func steps(of configuration: Inference_ModelConfig?) -> [String] {
        var seen: Set<String> = []
        return (configuration?.ensembleScheduling.step ?? []).map(\.modelName).filter { seen.insert($0).inserted }
    }

    /// Loads what an ensemble is made of and what is not there yet, each after what it is made of itself.
    ///
    /// The order is found before anything is loaded, so that no load waits for another. What cannot be loaded is told by the
    /// index, and by the ensemble that lacks it.
    ///
    /// - Returns: Why the ensemble cannot be loaded: it is made of itself, or a configuration cannot be read.
    func loadSteps(_ steps: [String], of name: String) async -> ServingError? {
        var order: [String] = []
        var path: Set<String> = [name]
        func visit(_ step: String) throws {
            guard path.insert(step).inserted else {
                throw ServingError(.invalidArgument, "The model '\(name)' is made of itself, by way of '\(step)'.")
            }
            defer { path.remove(step) }
            guard !order.contains(step), self.entry(named: step).ready.isEmpty else { return }
            for next in try self.steps(of: step) { try visit(next) }
            if ModelFolder.named(step, in: self.options.folders) != nil { order.append(step) }
        }
        do { for step in steps { try visit(step) } } catch { return ServingError(error) }
        for step in order { try? await self.loadOne(step, LoadParameters()) }
        return nil
    }
}
