// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// Models that need no files, for tests of servers and clients.
package struct BuiltInBackend: ModelBackend {
    /// What there is.
    package enum Kind: String, Sendable, CaseIterable {
        /// Gives what it gets: the first output is the first input, and so on.
        case identity
        /// Two inputs of numbers; the first output is their sum, the second their difference.
        case addSub = "add_sub"
        /// As `add_sub`, over strings with whole numbers in decimal digits.
        case stringAddSub = "string_add_sub"
        /// Gives the sum of what its sequence has sent so far.
        case sequenceSum = "sequence_sum"
        /// Gives each element of its first input as an answer of its own (decoupled).
        case `repeat`
    }

    /// What it makes.
    package let kind: Kind
    private let clock: ServingClock

    /// The backend's name is its kind's.
    package var name: String { self.kind.rawValue }

    /// Makes models of one kind.
    package init(_ kind: Kind, clock: ServingClock = ServingClock()) {
        self.kind = kind
        self.clock = clock
    }

    /// All of them.
    package static func all(clock: ServingClock = ServingClock()) -> [any ModelBackend] {
        Kind.allCases.map { BuiltInBackend($0, clock: clock) }
    }

    /// Makes a model; the parameter `execute_delay_ms` makes each of its runs take that long.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` where the tensors do not fit the kind.
    package func load(_ source: ModelSource) async throws -> any ServedModel {
        let configuration = source.configuration
        let model: any ServedModel
        switch self.kind {
        case .identity: model = try IdentityModel(configuration)
        case .addSub: model = try AddSubModel(configuration)
        case .stringAddSub: model = try StringAddSubModel(configuration)
        case .sequenceSum: model = try SequenceSumModel(configuration)
        case .repeat: return try RepeatModel(configuration, clock: self.clock)
        }
        guard let text = source.parameter("execute_delay_ms") else { return model }
        guard let milliseconds = UInt64(text), milliseconds <= 3_600_000 else {
            throw ServingError(.invalidArgument, "execute_delay_ms is '\(text)', not 0 to 3600000.")
        }
        return DelayedModel(model: model, delay: milliseconds * 1_000_000, clock: self.clock)
    }
}

/// A model whose runs take longer.
private struct DelayedModel: ServedModel {
    let model: any ServedModel
    /// Nanoseconds.
    let delay: UInt64
    let clock: ServingClock

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        do { try await self.clock.sleep(for: self.delay) } catch { return requests.map { _ in .failure(error) } }
        return await self.model.infer(requests, instance: instance)
    }
}

extension ModelConfiguration {
    /// The error of a built-in model whose tensors are others than it works on.
    func unfit(_ backend: String, _ wanted: String) -> ServingError {
        ServingError(.invalidArgument, "The backend '\(backend)' of the model '\(self.name)' needs \(wanted).")
    }
}
