// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration

/// Something that a model may ask to have called: to look things up, or to do them.
///
/// ```swift
/// struct Weather: Tool {
///     let description = "Tells the weather in a city"
///     @Generable struct Arguments { var city: String }
///     func call(arguments: Arguments) async throws -> String { "It is sunny in \(arguments.city)." }
/// }
/// ```
/// Calls that a model asks for at once run at the same time, so a tool must allow that.
public protocol Tool<Arguments, Output>: Sendable {
    /// What the model gets back.
    associatedtype Output: PromptRepresentable
    /// What the model calls it with.
    associatedtype Arguments: ConvertibleFromGeneratedContent

    /// The name by which the model calls it; by default that of the type.
    var name: String { get }
    /// What it does, for the model to read.
    var description: String { get }
    /// What the arguments look like; by default as their type says.
    var parameters: GenerationSchema { get }
    /// Whether the model is told the schema of the arguments; it is by default.
    var includesSchemaInInstructions: Bool { get }

    /// Does what the tool is for.
    ///
    /// - Throws: Whatever went wrong; the session's request fails with ``LanguageModelSession/ToolCallError``.
    @concurrent func call(arguments: Arguments) async throws -> Output
}

extension Tool {
    /// The type's name.
    public var name: String { String(describing: Self.self) }

    /// The model is told.
    public var includesSchemaInInstructions: Bool { true }
}

extension Tool where Arguments: Generable {
    /// As the arguments' type says.
    public var parameters: GenerationSchema { Arguments.generationSchema }
}

extension Tool {
    /// Calls the tool with what a model generated.
    ///
    /// - Throws: ``LanguageModelSession/ToolCallError`` around whatever went wrong; `CancellationError`.
    func output(for call: Transcript.ToolCall) async throws -> Transcript.ToolOutput {
        do {
            let output = try await self.call(arguments: Arguments(call.arguments))
            let text = output.promptRepresentation.text
            return Transcript.ToolOutput(
                id: call.id, toolName: self.name, segments: [.text(Transcript.TextSegment(content: text))])
        } catch let error as CancellationError {
            throw error
        } catch {
            throw LanguageModelSession.ToolCallError(tool: self, underlyingError: error)
        }
    }
}
