// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Which events go to which handler.
package struct InputRoute: Sendable {
    /// Its name, which is the handler's where the table gives none.
    package var name: String
    /// What kind of thing it takes; nil for all that its handler takes.
    package var modality: InputModality?
    /// The media types that it takes.
    package var mediaType: GlobPattern
    /// The sources that it takes.
    package var source: GlobPattern
    /// The kind of handler.
    package var handler: InputHandlerKind
    /// What the table sets.
    package var options: [String: JSONValue]

    /// Whether it takes an event.
    package func takes(_ event: InputEvent) -> Bool {
        (self.modality.map { $0 == event.modality } ?? self.handler.modalities.contains(event.modality))
            && self.mediaType.matches(event.mediaType) && self.source.matches(event.source)
    }
}
