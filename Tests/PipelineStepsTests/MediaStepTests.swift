// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PipelineSteps
import Pipelines
import Testing

@Suite("Pictures and recordings in pipelines")
struct MediaStepTests {
    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("MediaRecognitionTests/Fixtures").path

    private let steps: StepRunning

    init() {
        var steps = StepRunning()
        steps.access.folders["samples"] = FolderAccess(Self.samples)
        self.steps = steps
    }

    @Test("A picture's text and vector come out")
    func image() async throws {
        let outputs = try await self.steps.run(
            "read-image", ["path": "page.png", "folder": "samples", "features": true])
        #expect(outputs["text"] == "Platform 9 closes at 10:30\nPlease mind the gap")
        #expect(outputs["lines"]?.arrayValue?.count == 2 && outputs["vector"]?.arrayValue?.count == 384)
    }

    @Test("What is said comes out with the times of words")
    func audio() async throws {
        let outputs = try await self.steps.run("read-audio", ["path": "speech.flac", "folder": "samples"])
        #expect(outputs["text"] == "one two three four five" && outputs["words"]?.arrayValue?.count == 5)
        #expect(outputs["vector"]?.arrayValue?.count == 26)
    }

    @Test(
        "Other folders, missing files and other media are refused",
        arguments: [
            ("read-image", "speech.flac", "no picture"), ("read-audio", "page.png", "no recording"),
            ("read-image", "missing.png", "missing.png"), ("read-image", "../Package.swift", ".."),
        ])
    func refused(kind: String, path: String, words: String) async throws {
        let failure = await self.steps.failure(kind, ["path": .string(path), "folder": "samples"])
        #expect(failure?.contains(words) == true, "\(failure ?? "")")
        #expect(throws: InvalidPipelineError.self) { try self.steps.pipeline(kind, ["path": "a", "folder": "other"]) }
    }
}
