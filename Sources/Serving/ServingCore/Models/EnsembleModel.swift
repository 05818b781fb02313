// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// A model that is made of others: each runs as soon as its inputs are there.
struct EnsembleModel: SingleRequestModel {
    private struct Step: Sendable {
        let model: String
        let version: String
        /// The model's inputs, with the ensemble's tensors.
        let inputs: [(name: String, tensor: String)]
        /// The model's outputs, with the ensemble's tensors.
        let outputs: [(name: String, tensor: String)]
    }

    private static let maximumSteps = 100
    private let steps: [Step]
    private let outputs: [String]
    private let ask: @Sendable (InferenceRequest) async throws -> InferenceResponse

    /// Checks the steps against the models that there are.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for a tensor that nothing or two things give, and for a
    ///   model that is not there or has no such tensor.
    init(
        _ configuration: ModelConfiguration, find: (_ name: String, _ version: String) throws -> LoadedModel,
        ask: @escaping @Sendable (InferenceRequest) async throws -> InferenceResponse
    ) throws {
        let message = configuration.message
        func wrong(_ what: String) -> ServingError { ModelConfiguration.invalid(message, what) }
        guard 1...Self.maximumSteps ~= message.ensembleScheduling.step.count else {
            throw wrong("an ensemble has 1 to \(Self.maximumSteps) steps")
        }
        var steps: [Step] = []
        for step in message.ensembleScheduling.step {
            guard step.modelName != configuration.name else { throw wrong("it is a step of itself") }
            let version = step.modelVersion > 0 ? String(step.modelVersion) : ""
            let model = try find(step.modelName, version).configuration
            guard !model.isDecoupled else { throw wrong("'\(step.modelName)' answers any number of times") }
            for name in step.inputMap.keys where !model.inputs.contains(where: { $0.name == name }) {
                throw wrong("'\(step.modelName)' has no input '\(name)'")
            }
            for name in step.outputMap.keys where !model.outputs.contains(where: { $0.name == name }) {
                throw wrong("'\(step.modelName)' has no output '\(name)'")
            }
            steps.append(
                Step(
                    model: step.modelName, version: version, inputs: step.inputMap.map { ($0.key, $0.value) },
                    outputs: step.outputMap.map { ($0.key, $0.value) }))
        }
        try Self.checkOrder(steps, configuration)
        self.steps = steps
        self.outputs = configuration.outputs.map(\.name)
        self.ask = ask
    }

    /// Whether every tensor comes from one place, and all steps can run in some order.
    private static func checkOrder(_ steps: [Step], _ configuration: ModelConfiguration) throws {
        let given = configuration.inputs.map(\.name) + steps.flatMap { $0.outputs.map(\.tensor) }
        guard Set(given).count == given.count else {
            throw ModelConfiguration.invalid(configuration.message, "a tensor of the ensemble is given twice")
        }
        var known = Set(configuration.inputs.map(\.name))
        var waiting = steps
        while !waiting.isEmpty {
            let ready = waiting.filter { step in step.inputs.allSatisfy { known.contains($0.tensor) } }
            guard !ready.isEmpty else {
                throw ModelConfiguration.invalid(
                    configuration.message, "'\(waiting[0].model)' waits for a tensor that nothing gives")
            }
            waiting.removeAll { step in step.inputs.allSatisfy { known.contains($0.tensor) } }
            known.formUnion(ready.flatMap { $0.outputs.map(\.tensor) })
        }
        for output in configuration.outputs where !known.contains(output.name) {
            throw ModelConfiguration.invalid(configuration.message, "nothing gives '\(output.name)'")
        }
    }

    func answer(_ request: InferenceRequest) async throws -> [KServeTensor] {
        var tensors = Dictionary(request.inputs.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        try await withThrowingTaskGroup(of: [KServeTensor].self) { group in
            var waiting = self.steps
            func startReady() throws {
                for step in waiting where step.inputs.allSatisfy({ tensors[$0.tensor] != nil }) {
                    let asked = try Self.request(step, tensors, of: request)
                    group.addTask { try Self.named(try await self.ask(asked), step) }
                }
                waiting.removeAll { step in step.inputs.allSatisfy { tensors[$0.tensor] != nil } }
            }
            try startReady()
            for try await outputs in group {
                for output in outputs { tensors[output.name] = output }
                try startReady()
            }
        }
        return self.outputs.compactMap { tensors[$0] }
    }

    private static func request(
        _ step: Step, _ tensors: [String: KServeTensor], of whole: InferenceRequest
    ) throws -> InferenceRequest {
        let inputs = try step.inputs.compactMap { name, tensor in try tensors[tensor]?.named(name) }
        var request = InferenceRequest(model: step.model, version: step.version, inputs: inputs)
        request.outputs = step.outputs.map(\.name)
        (request.id, request.parameters, request.sequence) = (whole.id, whole.parameters, whole.sequence)
        (request.priority, request.queueTime) = (whole.priority, whole.queueTime)
        return request
    }

    private static func named(_ response: InferenceResponse, _ step: Step) throws -> [KServeTensor] {
        try step.outputs.map { name, tensor in
            guard let output = response.outputs.first(where: { $0.name == name }) else {
                throw ServingError(.backendFailed, "The step '\(step.model)' gave no '\(name)'.")
            }
            return try output.named(tensor)
        }
    }
}
