// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// How inputs are put in order, where each goes, and what is made of all together.
package struct RoutingTable: Sendable {
    /// How events are put in order.
    package var order: InputOrderSettings
    /// Which events are put together.
    package var windows: WindowRule
    /// How a window becomes a prompt.
    package var prompt: PromptFusion
    /// Where events go; the first that takes an event has it.
    package var routes: [InputRoute]

    /// The first route that takes an event.
    package func route(for event: InputEvent) -> InputRoute? { self.routes.first { $0.takes(event) } }
}

/// What keeps a routing table from being used: everything that is wrong with it.
package struct InvalidRoutingTableError: CodedError {
    /// All that is wrong, with its places.
    package let problems: [String]
    /// Where in the program the error was thrown.
    package let location: ErrorLocation
    /// Always `multimodal.invalid-table`.
    package var codeName: String { "multimodal.invalid-table" }
    /// All that is wrong, a line each.
    package var message: String { self.problems.joined(separator: "\n") }
    /// There is no error underneath.
    package var cause: (any Error)? { nil }

    init(_ problems: [String], file: String = #fileID, line: Int = #line) {
        self.problems = problems
        self.location = ErrorLocation(file: file, line: line)
    }
}
