// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore

/// A model that the server can run: what is loaded for one version.
package protocol ServedModel: Sendable {
    /// Whether the model orders its runs itself; then requests reach it at once, each by itself, any number at a time.
    var schedulesItself: Bool { get }

    /// Answers requests that run together.
    ///
    /// - Parameters:
    ///   - requests: One or more; each has been held against the configuration.
    ///   - instance: Which of the model's instances runs them, from 0.
    /// - Returns: The outputs, or what failed, for each request in order.
    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>]

    /// Answers one request any number of times, and returns after the last.
    ///
    /// - Parameter send: Takes each answer.
    /// - Throws: What failed; answers that were sent stay sent.
    func stream(_ request: InferenceRequest, send: ([KServeTensor]) async throws -> Void) async throws
}

extension ServedModel {
    /// Requests wait in the server's queue.
    package var schedulesItself: Bool { false }

    /// Answers once.
    package func stream(_ request: InferenceRequest, send: ([KServeTensor]) async throws -> Void) async throws {
        for result in await self.infer([request], instance: 0) { try await send(try result.get()) }
    }
}

/// A model that computes on the thread that asks it, and waits for nothing.
///
/// While its runs are brief, the request that finds it free runs it by itself, and no other thread is woken for it.
package protocol ImmediateModel: ServedModel {
    /// How long a run takes, where that was measured when the model was loaded.
    var measuredRunTime: Duration? { get }

    /// Answers requests that run together, as ``ServedModel/infer(_:instance:)`` does.
    func answer(_ requests: [InferenceRequest], instance: Int) -> [Result<[KServeTensor], any Error>]
}

extension ImmediateModel {
    /// The first run will tell.
    package var measuredRunTime: Duration? { nil }

    /// Answers at once.
    package func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        self.answer(requests, instance: instance)
    }
}

/// A model that answers each request by itself, any number at a time.
package protocol SingleRequestModel: ServedModel {
    /// Answers a request.
    ///
    /// - Throws: What failed.
    func answer(_ request: InferenceRequest) async throws -> [KServeTensor]
}

extension SingleRequestModel {
    /// Requests reach the model at once.
    package var schedulesItself: Bool { true }

    /// Answers one request after the other.
    package func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        var results: [Result<[KServeTensor], any Error>] = []
        for request in requests {
            do { results.append(.success(try await self.answer(request))) } catch { results.append(.failure(error)) }
        }
        return results
    }
}

/// What a backend makes a model from.
package struct ModelSource: Sendable {
    /// How the model is to be served.
    package var configuration: ModelConfiguration
    /// The version, from 1; 0 for a model without versions.
    package var version: Int
    /// The folder of the version; empty for a model without files.
    package var folder: String

    /// Names a source.
    package init(configuration: ModelConfiguration, version: Int, folder: String) {
        self.configuration = configuration
        self.version = version
        self.folder = folder
    }

    /// A parameter of the configuration.
    package func parameter(_ name: String) -> String? {
        self.configuration.message.parameters[name]?.stringValue
    }
}

/// Makes models of one kind.
package protocol ModelBackend: Sendable {
    /// The name by which configurations ask for it.
    var name: String { get }
    /// Other names by which they may, platforms of other servers included.
    var otherNames: [String] { get }
    /// The file in a version's folder by which a model without a configuration is known to be of this kind.
    var modelFile: String? { get }

    /// Adds to a configuration what it leaves out and the model's files say.
    ///
    /// - Parameters:
    ///   - configuration: The configuration as it was written.
    ///   - folder: The folder of the version.
    /// - Throws: ``ServingError``, or any error that says what is wrong with the files.
    func completed(_ configuration: Inference_ModelConfig, folder: String) async throws -> Inference_ModelConfig

    /// Loads a model; returns when it can answer.
    ///
    /// - Throws: ``ServingError``, or any error that says why not.
    func load(_ source: ModelSource) async throws -> any ServedModel
}

extension ModelBackend {
    /// None.
    package var otherNames: [String] { [] }
    /// None: models of this kind have a configuration.
    package var modelFile: String? { nil }

    /// The configuration as it was written.
    package func completed(
        _ configuration: Inference_ModelConfig, folder: String
    ) async throws -> Inference_ModelConfig { configuration }
}
