// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFacade
internal import ModelGateway
internal import PipelineTelemetry
internal import TaskRouting

/// The models that pipelines ask, open.
struct PipelineModels: Sendable {
    /// The one that answers where a step names none.
    let main: any ModelAdapter
    /// Those that steps may name; nil where there is only the one.
    let gateway: Gateway?
    /// Tells of what runs do; nil tells nothing.
    var program: ProgramTelemetry?

    /// What runs pipelines on them.
    ///
    /// - Parameter router: Tells tasks.
    func runner(_ router: TaskRouter) -> PipelineRunner {
        var runner = PipelineRunner(model: self.main, router: router)
        if let gateway { runner.models = { try gateway.model(named: $0) } }
        runner.surroundings = self.program.map { RunTelemetry($0.telemetry, logger: $0.logger) }
        return runner
    }
}
