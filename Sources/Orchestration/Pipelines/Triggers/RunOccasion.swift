// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging

/// The event that a run is for: of one event a trigger has one run.
public struct RunOccasion: Sendable, Hashable {
    /// The trigger's name.
    public var trigger: String
    /// The event's identifier.
    public var event: String

    /// Names an event and what it triggers.
    public init(trigger: String, event: String) {
        self.trigger = trigger
        self.event = event
    }

    /// Names an event by its subject as well: programs may count the events of each subject by themselves.
    init(trigger: String, event: Event) {
        self.init(trigger: trigger, event: "\(event.subject) \(event.id)")
    }
}
