// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import LLMCore
internal import Pipelines
internal import SwiftProtobuf

extension Autoglm_V1_PipelineEvent {
    /// The message that tells an event; nil for one that clients are not told.
    init?(_ event: PipelineEvent) {
        self.init()
        switch event {
        case .started(let step, let uses, _): self.started = .with { ($0.step, $0.uses) = (step, uses) }
        case .text(let step, let delta): self.text = .with { ($0.step, $0.text) = (step, delta) }
        case .finished(let record):
            self.finished = .with {
                $0.step = record.key.rawValue
                $0.outputsJson = JSONValue(sorted: record.outputs).serialized()
            }
        case .failed(let step, let error, _):
            self.failed = .with {
                ($0.step, $0.code) = (step, (error as? any CodedError)?.codeName ?? "internal")
                $0.message = (error as? any CodedError)?.message ?? "The step failed."
            }
        case .emitted, .skipped, .progress, .retrying, .waiting: return nil
        }
    }

    /// The last message of a run.
    init(_ result: Pipelines.PipelineResult) {
        self.init()
        self.result = .with {
            $0.outputJson = result.output.serialized()
            $0.usage = Autoglm_V1_Usage(result.usage)
        }
    }
}
