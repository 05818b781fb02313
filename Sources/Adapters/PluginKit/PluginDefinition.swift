// SPDX-License-Identifier: Apache-2.0

/// Makes a structure, a final class or an actor a plugin.
///
/// ```swift
/// @Plugin("word-count", version: "1.0.0", description: "Counts the words of texts.")
/// struct WordCount {
///     struct Text: Codable { var text: String }
///     struct Count: Codable { var words: Int }
///
///     /// Counts the words of a text.
///     func count(_ input: Text) throws -> Count {
///         let words = input.text.split(whereSeparator: \.isWhitespace).count
///         guard words > 0 else { throw PluginFailure("empty-text", "The text has no words.") }
///         return Count(words: words)
///     }
/// }
/// ```
///
/// Every method that is neither private nor static is a step; it takes one `Codable` value and gives another, may be `async` and may
/// throw. Its name and its documentation are the step's, its types what the step takes and gives. `init() async throws` makes what
/// the calls share. Calls may come at the same time. One type of a library is its plugin.
///
/// A plugin of another kind than `step` has one method of a given shape, such as `func parse(_ answer: Text) throws -> Reading` of a
/// parser, where `Text` has a `text` and `Reading` a `value`; ``PluginAbout/Kind`` tells them all. Further members that the program knows
/// are optional where they are taken, and are given by their names in JSON (`max_tokens`).
///
/// - Parameters:
///   - name: The plugin's name: small letters, digits and `-`.
///   - version: Its semantic version.
///   - kind: What it adds.
///   - description: What it is for.
///   - capabilities: What it asks for.
///   - needs: The plugins that it needs, and ranges of their versions.
///   - conflicts: The plugins beside which it cannot be, and ranges of their versions.
@attached(extension, conformances: PluginDefinition, names: named(about), named(steps))
@attached(peer, names: named(autoglm_plugin_entry))
public macro Plugin(
    _ name: String, version: String, kind: PluginAbout.Kind = .step, description: String = "",
    capabilities: [PluginAbout.Capability] = [], needs: [String: String] = [:], conflicts: [String: String] = [:]
) = #externalMacro(module: "PluginKitMacros", type: "PluginMacro")

/// What `@Plugin` makes of a type.
public protocol PluginDefinition: Sendable {
    /// What the plugin is.
    static var about: PluginAbout { get }
    /// What it can do.
    static var steps: [PluginStep<Self>] { get }

    /// Makes what the calls share, when the plugin is loaded.
    ///
    /// - Throws: Anything; the plugin is then not loaded.
    init() async throws
}

/// What a plugin is, as its manifest says.
public struct PluginAbout: Sendable {
    /// What a plugin adds; all but `step` must have one step of a given name and shape.
    public enum Kind: String, Sendable {
        /// Steps for pipelines.
        case step
        /// A language model: `generate` from a `prompt` to a `text`.
        ///
        /// It may take `messages` (`role`, `content`), `system`, `max_tokens`, `stop`, `temperature`, `top_k`, `top_p`, `min_p`,
        /// `repetition_penalty`, `presence_penalty`, `frequency_penalty` and `seed`, and give `finish_reason` (`stop`, `length` or
        /// `content_filter`), `prompt_tokens` and `completion_tokens`. What it does not take it cannot be asked.
        case adapter
        /// A reader of answers: `parse` from a `text` to a `value`, of any type; it may give `repairs`, too.
        ///
        /// A model is asked again with the message of the ``PluginFailure`` that it throws.
        case parser
        /// Who answers: `route` from a `text` to a `target`.
        ///
        /// It may take `targets`, what may be chosen, and give `confidence` (0 to 1) and `explanation`.
        case router
        /// A reader of media: `process` from a `payload` (base64) and its `modality` (`text`, `image` or `audio`) to a `text`.
        ///
        /// It may take `media_type`, `source` and options of its own, and give a `vector` and whatever else it finds.
        case inputProcessor = "input-processor"
    }

    /// What a plugin may ask for.
    public enum Capability: String, Sendable {
        /// Sockets, files, environment variables, other programs.
        case network, files, environment, processes
    }

    let name: String
    let version: String
    let kind: Kind
    let description: String
    let capabilities: [Capability]
    let needs: [String: String]
    let conflicts: [String: String]

    /// Says what a plugin is; the parameters are those of the macro.
    public init(
        _ name: String, version: String, kind: Kind = .step, description: String = "", capabilities: [Capability] = [],
        needs: [String: String] = [:], conflicts: [String: String] = [:]
    ) {
        (self.name, self.version, self.kind, self.description) = (name, version, kind, description)
        (self.capabilities, self.needs, self.conflicts) = (capabilities, needs, conflicts)
    }
}

/// Why a step could not be done, for pipelines to tell apart by the code.
public struct PluginFailure: Error {
    let code: String
    let message: String

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - code: Its name: small letters, digits and `-`; pipelines see `plugin.NAME.code`.
    ///   - message: What happened, and what to do about it.
    public init(_ code: String, _ message: String) { (self.code, self.message) = (code, message) }
}
