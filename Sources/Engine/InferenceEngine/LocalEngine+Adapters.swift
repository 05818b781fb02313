// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import Synchronization
internal import TensorKernels
internal import TransformerRuntime

/// Low-rank adapters that requests may ask for by name.
extension LocalEngine {
    /// Loads an adapter; requests that come afterwards may name it.
    ///
    /// One of the same name is replaced; answers that it has begun go on with it.
    /// - Parameters:
    ///   - name: What requests call it.
    ///   - path: A folder as `peft` writes it.
    /// - Throws: ``TransformerError`` with code `.unsuitableAdapter`, or `ModelFileError`.
    package func loadAdapter(named name: String, from path: String) throws {
        // The engine's own workers may be busy, and an adapter is small.
        let pool = try WorkerPool(count: 1)
        let adapter = try LowRankAdapter(
            name: name, folder: ModelFolder(path: path), model: self.model, pool: pool)
        self.adapters.withLock { $0[name] = adapter }
    }

    /// Forgets an adapter; answers that it has begun go on with it.
    ///
    /// - Returns: Whether there was one of that name.
    @discardableResult
    package func removeAdapter(named name: String) -> Bool {
        self.adapters.withLock { $0.removeValue(forKey: name) } != nil
    }

    /// The adapter of a name; nil for no name.
    ///
    /// - Throws: ``EngineError`` with code `.unknownAdapter` that names the nearest one.
    func adapter(named name: String?) throws -> LowRankAdapter? {
        guard let name else { return nil }
        let (found, known) = self.adapters.withLock { ($0[name], $0.keys.sorted()) }
        guard let found else {
            let hint = known.isEmpty ? "None is loaded." : NearestName.hint(for: name, in: known)
            throw EngineError(.unknownAdapter, "There is no adapter '\(name)'. \(hint)")
        }
        return found
    }
}
