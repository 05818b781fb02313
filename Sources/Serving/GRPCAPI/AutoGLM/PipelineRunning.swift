// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Pipelines

/// Pipelines that are run for clients.
package protocol PipelineRunning: Sendable {
    /// The pipelines' names.
    var names: [String] { get }

    /// Runs a pipeline.
    ///
    /// - Parameter onEvent: Told of every step; may be called from several tasks at once.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where there is no such pipeline; what the run throws.
    func run(
        _ name: String, inputs: [String: JSONValue], onEvent: @escaping @Sendable (PipelineEvent) -> Void
    ) async throws -> PipelineResult
}
