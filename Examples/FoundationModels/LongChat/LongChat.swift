// SPDX-License-Identifier: Apache-2.0

// On Apple's systems: import FoundationModels
import OpenAutoGLM

/// Holds a conversation that may become too long for the model's context, and goes on with what matters of it.
@main
struct LongChat {
    static func main() async throws {
        var session = LanguageModelSession(instructions: "Answer in one short sentence.")
        let options = GenerationOptions(
            sampling: .random(top: 20, seed: 7), temperature: 0.5, maximumResponseTokens: 40)
        for question in ["What is the capital of France?", "And of Italy?", "Which of the two is larger?"] {
            print("> \(question)")
            do {
                for try await part in session.streamResponse(to: question, options: options)
                where part.content.last == "." {
                    print(part.content)
                }
            } catch LanguageModelSession.GenerationError.exceededContextWindowSize {
                session = Self.condensed(session)
                print(try await session.respond(to: question, options: options).content)
            }
        }
        print("\(session.transcript.count) entries, answering: \(session.isResponding)")
    }

    /// A session that knows the instructions and the last exchange of another one.
    private static func condensed(_ session: LanguageModelSession) -> LanguageModelSession {
        let transcript = session.transcript
        let kept = Array(transcript.prefix(1)) + Array(transcript.dropFirst().suffix(2))
        return LanguageModelSession(transcript: Transcript(entries: kept))
    }
}
