// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import MultimodalInputs

extension InputQueue {
    /// Takes events in JSON as they come, such as the payloads of events on a bus, until their sequence ends.
    ///
    /// A queue that is full makes the sequence wait.
    /// - Parameters:
    ///   - payloads: The events, in the form of ``InputEvent/init(json:now:source:allowsPaths:)``; none may name a file.
    ///   - source: Where they come from where they do not say so.
    ///   - onFailure: Told why one could not be taken; what it throws ends this.
    /// - Throws: What the sequence or `onFailure` throws; `CancellationError`.
    package func take<Payloads: AsyncSequence>(
        _ payloads: Payloads, source: String, onFailure: (any Error) async throws -> Void
    ) async throws where Payloads.Element == JSONValue {
        for try await payload in payloads {
            do {
                try await self.push(
                    InputEvent(json: payload, now: SystemTime.nanoseconds, source: source, allowsPaths: false))
            } catch let error as MultimodalError {
                try await onFailure(error)
            }
        }
    }
}
