// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeProtocol
import LLMCore
import Logging
import Observability
import ServingCore

/// Repositories that tests write.
final class RepositoryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("repository-\(UUID().uuidString)").path

    /// Writes a model with versions, or writes it anew.
    func write(_ name: String, _ configuration: String, versions: [Int] = [1], form: String = "pbtxt") throws {
        for version in versions {
            try FileManager.default.createDirectory(
                atPath: "\(self.path)/\(name)/\(version)", withIntermediateDirectories: true)
        }
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: "\(self.path)/\(name)/config.\(form)"))
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(self.path)/\(path)") }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

enum Models {
    /// Two numbers of 16 elements.
    static let addSub = """
        backend: "add_sub"
        max_batch_size: 8
        dynamic_batching { }
        input [ { name: "INPUT0" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "INPUT1" data_type: TYPE_INT32 dims: [ 2 ] } ]
        output [ { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 2 ] } ]
        """

    /// Any bytes, one row at a time.
    static func identity(_ more: String = "", type: String = "TYPE_STRING", dims: String = "-1") -> String {
        """
        backend: "identity"
        max_batch_size: 8
        input { name: "INPUT0" data_type: \(type) dims: [ \(dims) ] }
        output { name: "OUTPUT0" data_type: \(type) dims: [ \(dims) ] }
        \(more)
        """
    }

    static func request(_ model: String, _ left: [Int32] = [1, 2], _ right: [Int32] = [10, 20]) throws
        -> InferenceRequest
    {
        InferenceRequest(
            model: model,
            inputs: [
                try KServeTensor("INPUT0", shape: [1, 2], values: left),
                try KServeTensor("INPUT1", shape: [1, 2], values: right),
            ])
    }

    static func text(_ model: String, _ text: String = "hello") throws -> InferenceRequest {
        InferenceRequest(model: model, inputs: [try KServeTensor("INPUT0", shape: [1, 1], strings: [text])])
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a repository while a test works with it.
    static func withRepository<Value: Sendable>(
        _ folder: RepositoryFolder, _ change: (inout ModelRepository.Options) -> Void = { _ in },
        backends: [any ModelBackend] = [], clock: ServingClock = ServingClock(), tracer: SpanTracer? = nil,
        _ body: @escaping @Sendable (ModelRepository) async throws -> Value
    ) async throws -> Value {
        var options = ModelRepository.Options()
        options.folders = [folder.path]
        options.control = .explicit
        change(&options)
        let repository = ModelRepository(
            options, backends: backends, clock: clock, tracer: tracer, logger: Self.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await repository.run() }
            defer {
                group.cancelAll()
                withExtendedLifetime(folder) {}
            }
            return try await body(repository)
        }
    }
}
