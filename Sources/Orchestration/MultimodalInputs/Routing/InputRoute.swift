// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Which events go to which handler.
public struct InputRoute: Sendable {
    /// Its name, which is the handler's where the table gives none.
    public var name: String
    /// What kind of thing it takes; nil for all that its handler takes.
    public var modality: InputModality?
    /// The media types that it takes.
    public var mediaType: GlobPattern
    /// The sources that it takes.
    public var source: GlobPattern
    /// The kind of handler.
    public var handler: InputHandlerKind
    /// What the table sets.
    public var options: [String: JSONValue]

    /// Says which events go to a handler.
    ///
    /// - Parameters:
    ///   - handler: The kind of handler.
    ///   - options: Its options, by their names.
    ///   - name: What the route is called; nil for the handler's name.
    ///   - modality: What it takes; nil for all that its handler takes.
    ///   - mediaType: The media types that it takes.
    ///   - source: The sources that it takes.
    public init(
        _ handler: InputHandlerKind, options: [String: JSONValue] = [:], name: String? = nil,
        modality: InputModality? = nil, mediaType: GlobPattern = GlobPattern("*"),
        source: GlobPattern = GlobPattern("*")
    ) {
        self.name = name ?? handler.name
        self.modality = modality
        self.mediaType = mediaType
        self.source = source
        self.handler = handler
        self.options = options
    }

    /// Whether it takes an event.
    public func takes(_ event: InputEvent) -> Bool {
        (self.modality.map { $0 == event.modality } ?? self.handler.modalities.contains(event.modality))
            && self.mediaType.matches(event.mediaType) && self.source.matches(event.source)
    }
}
