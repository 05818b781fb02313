// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import Experiments
internal import JSONSchemas
internal import LLMCore
internal import Synchronization

/// Answers a request as an arm of an experiment does, and measures what comes of it.
struct ExperimentArm: ModelMiddleware {
    let settings: ArmSettings
    /// What is told how the first answer went; nil for a unit that was measured before.
    let meter: OutcomeMeter?

    func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let request = self.settings.applied(to: request)
        guard let measurement = self.meter?.begin(request) else { return try await next.generate(request) }
        do {
            return try await next.generate(request).watched {
                measurement.see($0)
            } onEnd: {
                measurement.end($0)
            }
        } catch {
            measurement.end(.failed(error))
            throw error
        }
    }

    func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await next.score(request)
    }

    func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        throw LLMError(
            .unsupported, "An experiment does not embed: vectors of different models cannot be compared. Name a model.")
    }
}

/// Measures the first answer to a unit.
final class OutcomeMeter: Sendable {
    private let time: Timekeeper
    private let prices: TokenPrices
    private let tell: @Sendable ([String: Double]) -> Void
    private let hasBegun = Mutex(false)

    /// Prepares.
    ///
    /// - Parameters:
    ///   - prices: What tokens cost.
    ///   - tell: Takes the values, by the names of ``MeasuredOutcome``.
    init(time: Timekeeper, prices: TokenPrices, tell: @escaping @Sendable ([String: Double]) -> Void) {
        self.time = time
        self.prices = prices
        self.tell = tell
    }

    /// Begins to measure, once.
    func begin(_ request: GenerationRequest) -> Measurement? {
        let isFirst = self.hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        return isFirst ? Measurement(self, request) : nil
    }

    /// One answer.
    final class Measurement: Sendable {
        private let meter: OutcomeMeter
        private let start: Duration
        /// What the answer must be; nil where it is free.
        private let constraint: OutputConstraint?
        private let text = Mutex("")

        init(_ meter: OutcomeMeter, _ request: GenerationRequest) {
            (self.meter, self.start) = (meter, meter.time.now)
            self.constraint = request.constraint
        }

        func see(_ event: GenerationEvent) {
            guard self.constraint != nil, case .text(let delta) = event else { return }
            self.text.withLock { $0 += delta.text }
        }

        /// Tells what came of it; of an answer that nobody waited for nothing is known.
        func end(_ ending: StreamEnding) {
            switch ending {
            case .complete(let summary):
                var values = MeasuredOutcome(
                    latency: self.meter.time.now - self.start, cost: self.meter.prices.cost(of: summary.usage)
                ).values
                values["parse-failure"] = self.parseFailure
                self.meter.tell(values)
            case .failed(let error):
                // What makes no sense is nobody's failure but the client's.
                guard (error as? LLMError)?.code != .invalidRequest else { return }
                self.meter.tell(["error": 1])
            case .dropped: break
            }
        }

        /// Whether the answer is not what was asked for, as 0 or 1; nil where nothing was.
        private var parseFailure: Double? {
            let text = self.text.withLock { $0 }
            switch self.constraint?.form {
            case nil, .regularExpression, .grammar: return nil
            case .choices(let choices): return choices.contains(text) ? 0 : 1
            case .jsonSchema(let schema):
                guard let value = try? JSONValue(parsing: text) else { return 1 }
                return (try? JSONSchema(schema))?.isValid(value) ?? true ? 0 : 1
            }
        }
    }
}
