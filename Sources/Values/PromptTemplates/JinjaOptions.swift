// SPDX-License-Identifier: Apache-2.0

/// How Jinja templates are read and rendered.
public struct JinjaOptions: Sendable, Hashable {
    /// What happens when a template uses something that does not exist.
    public enum UndefinedMode: Sendable, Hashable {
        /// Prints nothing; attributes, calls and arithmetic are errors.
        case lenient
        /// As lenient, but attributes and elements of it are undefined again.
        case chainable
        /// Any use is an error, except asking whether it is defined.
        case strict
    }

    /// Removes the first newline after a block tag.
    public var trimBlocks: Bool
    /// Removes spaces and tabs from the line's start to a block tag.
    public var lstripBlocks: Bool
    /// Keeps the newline at the end of the template's text.
    public var keepTrailingNewline: Bool
    /// Escapes what is printed for HTML, unless the template says otherwise.
    public var autoescape: Bool
    /// What happens when a template uses something that does not exist.
    public var undefined: UndefinedMode
    /// Forbids what changes values and what begins with an underscore, and writes `tojson` without HTML escapes,
    /// as Hugging Face does for chat templates.
    public var sandboxed: Bool
    /// Where rendering stops.
    public var limits: TemplateLimits
    /// The number of the text's first line, for templates that stand inside a file.
    var firstLine = 1

    /// Options with Jinja's own defaults.
    public init(
        trimBlocks: Bool = false, lstripBlocks: Bool = false, keepTrailingNewline: Bool = false,
        autoescape: Bool = false, undefined: UndefinedMode = .lenient, sandboxed: Bool = false,
        limits: TemplateLimits = TemplateLimits()
    ) {
        self.trimBlocks = trimBlocks
        self.lstripBlocks = lstripBlocks
        self.keepTrailingNewline = keepTrailingNewline
        self.autoescape = autoescape
        self.undefined = undefined
        self.sandboxed = sandboxed
        self.limits = limits
    }

    /// What `apply_chat_template` of Hugging Face's transformers uses.
    public static let chatTemplates = Self(trimBlocks: true, lstripBlocks: true, sandboxed: true)
}

/// Where rendering a template stops with an error, so that no template can hold a thread or the memory.
public struct TemplateLimits: Sendable, Hashable {
    /// The most steps: statements, iterations, calls, and work on values (about one step for 64 bytes).
    public var steps: Int
    /// How deeply macros, includes, blocks and recursive loops may call each other.
    public var depth: Int
    /// The most bytes of the output, and of any single value on the way to it.
    public var outputBytes: Int

    /// Sets limits; the defaults allow for prompts of several megabytes.
    public init(steps: Int = 5_000_000, depth: Int = 100, outputBytes: Int = 16 << 20) {
        self.steps = steps
        self.depth = depth
        self.outputBytes = outputBytes
    }
}
