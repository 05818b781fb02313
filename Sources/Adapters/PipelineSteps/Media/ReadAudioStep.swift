// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import MediaRecognition
internal import MultimodalInputs
internal import OrderedCollections
public import Pipelines

/// Writes down what is said in a recording, and makes a vector of it.
public struct ReadAudioStep: PipelineStep {
    private let file: MediaStepFile
    private let listener = SharedHandler { try AudioHandler() }

    /// Makes the step.
    public init(_ access: StepAccess) { self.file = MediaStepFile(folders: StepFolders(access: access)) }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "read-audio", summary: "Writes down what is said (in English) in a WAV or FLAC recording.",
            inputs: MediaStepFile.ports,
            outputs: [
                StepPort("text", .string, "What is said; empty where nothing is."),
                StepPort("words", .array, "The words: text, start and end in seconds, and probability from 0 to 1."),
                StepPort("seconds", .number, "How long the recording is."),
                StepPort("vector", .array, "The mean and the deviation of 13 mel-frequency cepstral coefficients."),
            ])
    }

    /// Checks the folder.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { self.file.folders.check(inputs) }

    /// Listens to it.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let event = try self.file.event(inputs, context)
        let findings = try await self.listener.handler().handle(event)
        return [
            "text": .string(findings.text ?? ""), "words": findings.details["words"] ?? [],
            "seconds": findings.details["seconds"] ?? 0,
            "vector": .array(findings.vector.map { .number(Double($0)) }),
        ]
    }
}
