// SPDX-License-Identifier: Apache-2.0

import OpenAutoGLM
import Testing

/// A plan that nests structures, lists and choices.
@Generable
struct DayPlan {
    @Guide(description: "A title in a few words")
    var title: String
    @Guide(.count(2))
    var stops: [Stop]

    @Generable
    struct Stop {
        var place: String
        @Guide(.range(1...9))
        var hours: Int
        var kind: Kind

        @Generable
        enum Kind: Equatable {
            case museum, park, harbour
        }
    }
}

/// Tells a temperature, and remembers for which city.
struct Thermometer: Tool {
    let name = "temperature"
    let description = "Tells the temperature in a city"

    @Generable
    struct Arguments {
        @Guide(description: "The name of the city")
        var city: String
        @Guide(description: "The unit", .anyOf(["celsius", "fahrenheit"]))
        var unit: String
    }

    func call(arguments: Arguments) async throws -> String { "21 degrees \(arguments.unit) in \(arguments.city)" }
}

@Suite("Sessions with the default model")
struct DefaultModelSessionTests {
    private static let greedy = GenerationOptions(sampling: .greedy, maximumResponseTokens: 300)

    @Test("It answers, remembers, and streams what it would answer at once")
    func respond() async throws {
        let session = LanguageModelSession()
        let response = try await session.respond(to: "What is the capital of France?", options: Self.greedy)
        #expect(response.content.contains("Paris"))
        #expect(response.usage.output.totalTokenCount > 0)
        var last = ""
        let other = LanguageModelSession()
        for try await snapshot in other.streamResponse(to: "What is the capital of France?", options: Self.greedy) {
            #expect(snapshot.content.hasPrefix(last))
            last = snapshot.content
        }
        #expect(last == response.content)
        let again = try await session.respond(to: "Say the name of that city again.", options: Self.greedy)
        #expect(again.content.contains("Paris"))
    }

    @Test("What was prepared is not read again")
    func prewarm() async throws {
        let instructions =
            "You help people to find their way through cities. " + String(repeating: "Be kind. ", count: 40)
        let session = LanguageModelSession(instructions: instructions)
        session.prewarm()
        let usage = try await session.respond(
            to: "Where is the river?", options: GenerationOptions(maximumResponseTokens: 1)
        ).usage
        #expect(usage.input.cachedTokenCount > 100)
    }

    @Test("It generates a nested type, snapshot by snapshot, and cannot break its schema")
    func generating() async throws {
        let session = LanguageModelSession()
        let stream = session.streamResponse(to: "Plan a day in Oslo.", generating: DayPlan.self, options: Self.greedy)
        var counts = [Int]()
        for try await snapshot in stream { counts.append(snapshot.content.stops?.count ?? 0) }
        #expect(counts == counts.sorted() && counts.first == 0 && counts.last == 2)
        let plan = try await stream.collect().content
        #expect(plan.stops.count == 2 && plan.stops.allSatisfy { (1...9).contains($0.hours) })
    }

    @Test("A response of a type that is cut off is an error")
    func cutOff() async throws {
        let options = GenerationOptions(sampling: .greedy, maximumResponseTokens: 12)
        let session = LanguageModelSession()
        let error = await #expect(throws: LanguageModelSession.GenerationError.self) {
            try await session.respond(to: "Plan a day in Oslo.", generating: DayPlan.self, options: options)
        }
        guard case .decodingFailure? = error else {
            Issue.record("The error is \(String(describing: error)).")
            return
        }
        #expect(session.transcript.isEmpty)
    }

    @Test("It calls a tool with arguments that fit, and answers with what it was told")
    func tools() async throws {
        let session = LanguageModelSession(tools: [Thermometer()])
        let options = GenerationOptions(samplingMode: .greedy, maximumResponseTokens: 200, toolCallingMode: .required)
        try await session.respond(to: "What is the temperature in Oslo, in celsius?", options: options)
        var calls = 0
        for case .toolCalls(let entry) in session.transcript {
            for call in entry {
                calls += 1
                let arguments = try Thermometer.Arguments(call.arguments)
                #expect(["celsius", "fahrenheit"].contains(arguments.unit) && call.toolName == "temperature")
            }
        }
        #expect(calls > 0)
        guard case .response? = session.transcript.last else {
            Issue.record("There is no response.")
            return
        }
    }

    @Test("A transcript that does not fit is an error that tells the sizes")
    func overflow() async throws {
        let session = LanguageModelSession()
        let long = String(repeating: "word ", count: 40_000)
        let error = await #expect(throws: LanguageModelSession.GenerationError.self) {
            try await session.respond(to: long)
        }
        guard case .exceededContextWindowSize(let context)? = error else {
            Issue.record("The error is \(String(describing: error)).")
            return
        }
        #expect(context.debugDescription.matches(of: /\d+/).count >= 2)
    }
}
