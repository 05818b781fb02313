// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
package import ServingCore
internal import Synchronization

/// A model that gives back its input, and notes whether a task runs it: what is answered at once has none.
package final class NotingModel: ImmediateModel, ModelBackend {
    package let name = "noting"
    private let inTasks = Mutex<[Bool]>([])
    /// Whether each of the runs so far was a task's.
    package var runs: [Bool] { self.inTasks.withLock { $0 } }

    package init() {}

    /// Configurations of a backend's models by their names: `own` runs each request, `patient` waits for a second one.
    package static func configurations(_ backend: some ModelBackend) -> [String: String] {
        let tensors = """
            input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
            output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
            """
        let own = "backend: \"\(backend.name)\"\n\(tensors)"
        return [
            "own": own,
            "patient": own + """

                max_batch_size: 8
                dynamic_batching { preferred_batch_size: [ 2 ] max_queue_delay_microseconds: 60000000 }
                """,
        ]
    }

    package func load(_ source: ModelSource) async throws -> any ServedModel { self }

    package func answer(_ requests: [InferenceRequest], instance: Int) -> [Result<[KServeTensor], any Error>] {
        let inTask = withUnsafeCurrentTask { $0 != nil }
        self.inTasks.withLock { $0.append(inTask) }
        return requests.map { request in
            let (shape, bytes) = (request.inputs[0].shape, request.inputs[0].bytes)
            if request.id == "fail" { return .failure(ServingError(.backendFailed, "It broke by 100 %: \u{1F4A5}\n.")) }
            return Result { [try KServeTensor("OUTPUT0", datatype: .fp32, shape: shape, bytes: bytes)] }
        }
    }
}
