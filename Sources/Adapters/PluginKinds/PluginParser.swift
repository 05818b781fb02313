// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import PluginHost
public import ResultParsing

/// A plugin of kind `parser` as a parser of models' answers.
///
/// What the plugin says of an answer that it cannot read is a ``ParseError``, with which the model can be asked again; that the
/// plugin itself cannot be used is a ``PluginError``.
public struct PluginParser: ResultParser {
    private let plugin: String
    private let host: PluginHost
    /// What the plugin's step does, by which a model may know what is wanted.
    public let instruction: String

    /// Names a plugin; it is loaded when it is first asked.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - host: What finds and loads it.
    /// - Throws: ``PluginError``: there is no such plugin, or it is of another kind.
    public init(_ plugin: String, host: PluginHost) throws(PluginError) {
        let step = try host.manifest(of: plugin, .parser).step(named: "parse")
        self.instruction = "Answer so that this can be done with it: \(step.description)"
        (self.plugin, self.host) = (plugin, host)
    }

    /// Asks the plugin.
    ///
    /// - Throws: ``ParseError`` with the plugin's name and code, such as `dates.no-date`, and its words; ``PluginError``;
    ///   `CancellationError`.
    public func parse(_ answer: String) async throws -> ParsedResult {
        let output: JSONValue
        do {
            output = try await self.host.ask(self.plugin, step: "parse", input: ["text": .string(answer)])
        } catch let refusal as PluginRefusal {
            throw ParseError(
                ParseError.Code(rawValue: refusal.error.code.rawValue),
                refusal.message ?? "'\(self.plugin)' cannot read the answer. \(self.instruction)")
        }
        return ParsedResult(
            value: output["value"] ?? .null, repairs: (output["repairs"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}
