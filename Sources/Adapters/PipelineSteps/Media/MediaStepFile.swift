// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs
internal import Pipelines

/// The file that steps of media read.
struct MediaStepFile: Sendable {
    /// The inputs of such steps.
    static let ports = [
        StepPort("path", .string, "The file's name, inside the allowed folder.", isRequired: true), StepFolders.port,
    ]

    let folders: StepFolders

    /// Reads the file as an event.
    ///
    /// - Throws: ``PipelineError`` where it cannot be read; ``MultimodalError`` where it is no picture, recording or text.
    func event(_ inputs: StepInputs, _ context: StepContext) throws -> InputEvent {
        let path = try inputs.requiredString("path")
        let folder = try OpenFolder(self.folders.path(inputs, context))
        let bytes = try folder.read(path, maximumBytes: MediaLimits().bytes)
        return try InputEvent(encoded: bytes, timestamp: SystemTime.nanoseconds, source: path)
    }
}

/// A handler that is made when it is first needed, once.
actor SharedHandler {
    private let make: @Sendable () async throws -> any InputHandler
    private var making: Task<any InputHandler, any Error>?

    init(_ make: @escaping @Sendable () async throws -> any InputHandler) { self.make = make }

    /// The handler; where it could not be made, it is tried anew.
    func handler() async throws -> any InputHandler {
        let make = self.make
        let making = self.making ?? Task { try await make() }  // ends by itself, and is awaited
        self.making = making
        do {
            return try await making.value
        } catch {
            self.making = nil
            throw error
        }
    }
}
