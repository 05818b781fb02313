// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import MediaRecognition
internal import MultimodalInputs
internal import OrderedCollections
public import Pipelines

/// Reads the text of a picture, with boxes, and makes a vector of it.
public struct ReadImageStep: PipelineStep {
    private let file: MediaStepFile
    private let reader = SharedHandler { try await ImageHandler() }
    private let seer = SharedHandler { try await ImageHandler(makesFeatures: true) }

    /// Makes the step.
    public init(_ access: StepAccess) { self.file = MediaStepFile(folders: StepFolders(access: access)) }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "read-image", summary: "Reads the text of a JPEG or PNG picture, and makes a vector of it.",
            inputs: MediaStepFile.ports + [
                StepPort("features", .boolean, "Whether a vector of 384 numbers is made (usually not).")
            ],
            outputs: [
                StepPort("text", .string, "The text, line by line; empty where there is none."),
                StepPort(
                    "lines", .array, "The lines: text, confidence from 0 to 1, and box, the four corners in pixels."),
                StepPort("vector", .array, "The vector, of length 1; empty where it is not asked for."),
            ])
    }

    /// Checks the folder.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { self.file.folders.check(inputs) }

    /// Reads it.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let event = try self.file.event(inputs, context)
        let handler = try await (inputs["features"]?.boolValue ?? false ? self.seer : self.reader).handler()
        let findings = try await handler.handle(event)
        return [
            "text": .string(findings.text ?? ""), "lines": findings.details["lines"] ?? [],
            "vector": .array(findings.vector.map { .number(Double($0)) }),
        ]
    }
}
