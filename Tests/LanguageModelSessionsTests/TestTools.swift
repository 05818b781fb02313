// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LanguageModelSessions
import OpenAutoGLMTesting

/// Gives back what it is called with.
struct Echo: Tool {
    let name = "echo"
    let description = "Says a text again"

    struct Arguments: Generable {
        var text: String

        static var generationSchema: GenerationSchema {
            GenerationSchema(type: Self.self, properties: [GenerationSchema.Property(name: "text", type: String.self)])
        }

        init(_ content: GeneratedContent) throws { self.text = try content.value(forProperty: "text") }

        var generatedContent: GeneratedContent { GeneratedContent(properties: ["text": self.text]) }
    }

    func call(arguments: Arguments) async throws -> String { "echo: \(arguments.text)" }
}

/// Waits until as many calls have come as it was made for, so that only calls at the same time get through.
struct Meeting: Tool {
    let name = "meet"
    let description = "Waits for the others"
    let place: MeetingPlace

    func call(arguments: GeneratedContent) async throws -> [String] {
        ["met", "\(await self.place.arrive())"]
    }

    var parameters: GenerationSchema { GeneratedContent.generationSchema }
}

/// Where calls wait for each other.
actor MeetingPlace {
    private let size: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(size: Int) { self.size = size }

    /// Waits until all are here.
    func arrive() async -> Int {
        if self.waiting.count + 1 == self.size {
            self.waiting.forEach { $0.resume() }
        } else {
            await withCheckedContinuation { self.waiting.append($0) }
        }
        return self.size
    }
}

/// Always fails.
struct Broken: Tool {
    struct Failure: Error, Equatable {}

    let name = "broken"
    let description = "Cannot do anything"

    func call(arguments: Echo.Arguments) async throws -> String { throw Failure() }
}

/// Says that it has begun, and ends when it is cancelled.
struct Endless: Tool {
    let name = "endless"
    let description = "Waits"
    let started: AsyncStream<Void>.Continuation

    func call(arguments: GeneratedContent) async throws -> String {
        let (never, continuation) = AsyncStream<Void>.makeStream()
        self.started.yield()
        for await _ in never {}
        continuation.finish()
        try Task.checkCancellation()
        return "never"
    }

    var parameters: GenerationSchema { GeneratedContent.generationSchema }
}
