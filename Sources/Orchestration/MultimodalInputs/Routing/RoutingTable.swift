// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// How inputs are put in order, where each goes, and what is made of all together.
public struct RoutingTable: Sendable {
    /// How events are put in order.
    public var order: InputOrderSettings
    /// Which events are put together.
    public var windows: WindowRule
    /// How a window becomes a prompt.
    public var prompt: PromptFusion
    /// Where events go; the first that takes an event has it.
    public var routes: [InputRoute]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - routes: Where events go; the first that takes an event has it.
    ///   - order: How events are put in order.
    ///   - windows: Which events are put together.
    ///   - prompt: How a window becomes a prompt.
    public init(
        _ routes: [InputRoute], order: InputOrderSettings, windows: WindowRule = .tumbling(.seconds(5)),
        prompt: PromptFusion = PromptFusion()
    ) {
        self.order = order
        self.windows = windows
        self.prompt = prompt
        self.routes = routes
    }

    /// The first route that takes an event.
    public func route(for event: InputEvent) -> InputRoute? { self.routes.first { $0.takes(event) } }
}

/// What keeps a routing table from being used: everything that is wrong with it.
public struct InvalidRoutingTableError: CodedError {
    /// All that is wrong, with its places.
    public let problems: [String]
    /// Where in the program the error was thrown.
    public let location: ErrorLocation
    /// Always `multimodal.invalid-table`.
    public var codeName: String { "multimodal.invalid-table" }
    /// All that is wrong, a line each.
    public var message: String { self.problems.joined(separator: "\n") }
    /// There is no error underneath.
    public var cause: (any Error)? { nil }

    init(_ problems: [String], file: String = #fileID, line: Int = #line) {
        self.problems = problems
        self.location = ErrorLocation(file: file, line: line)
    }
}
