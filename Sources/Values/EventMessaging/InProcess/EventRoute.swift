// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Where events of one subject go.
final class EventRoute: Sendable {
    /// One place.
    enum Target: Sendable {
        case subscriber(EventBuffer, group: String?)
        case stream(InProcessEventStream)
    }

    /// The subscriptions that share events.
    private final class Group: Sendable {
        private let members: [EventBuffer]
        private let turn = Atomic(0)

        init(_ members: [EventBuffer]) { self.members = members }

        /// The next member in turn that has room; the next one where none has.
        var next: EventBuffer {
            let turn = self.turn.add(1, ordering: .relaxed).oldValue
            for offset in 0..<self.members.count {
                let member = self.members[(turn + offset) % self.members.count]
                if member.hasRoom { return member }
            }
            return self.members[turn % self.members.count]
        }
    }

    private let buffers: [EventBuffer]
    private let groups: [Group]
    private let streams: [InProcessEventStream]

    /// Sorts the places.
    init(_ targets: [Target]) {
        var buffers: [EventBuffer] = []
        var groups: [String: [EventBuffer]] = [:]
        var streams: [InProcessEventStream] = []
        for target in targets {
            switch target {
            case .subscriber(let buffer, nil): buffers.append(buffer)
            case .subscriber(let buffer, let group?): groups[group, default: []].append(buffer)
            case .stream(let stream): streams.append(stream)
            }
        }
        self.buffers = buffers
        self.groups = groups.values.map(Group.init)
        self.streams = streams
    }

    /// Whether somebody may answer.
    var hasSubscribers: Bool { !self.buffers.isEmpty || !self.groups.isEmpty }

    /// Brings an event to the only one who wants it, who has room.
    ///
    /// - Returns: Whether that was so; otherwise nobody has it yet.
    func deliverAtOnce(_ event: Event) -> Bool {
        guard self.buffers.count == 1, self.groups.isEmpty, self.streams.isEmpty else { return false }
        return self.buffers[0].offer(event) == .done
    }

    /// Brings an event to everybody.
    ///
    /// - Throws: `CancellationError` where a slow subscriber holds up a publisher that is cancelled.
    func deliver(_ event: Event) async throws {
        for stream in self.streams { stream.keep(event) }
        try await self.offer(event)
    }

    /// Brings an event to everybody, and to a stream first.
    ///
    /// - Returns: What became of it in the stream.
    func deliver(_ event: Event, keepingIn stream: InProcessEventStream) async throws -> StreamReceipt {
        let receipt = stream.keep(event)
        for other in self.streams where other !== stream { other.keep(event) }
        try await self.offer(event)
        return receipt
    }

    private func offer(_ event: Event) async throws {
        for buffer in self.buffers where buffer.offer(event) == .full { try await buffer.waitToOffer(event) }
        for group in self.groups {
            let buffer = group.next
            if buffer.offer(event) == .full { try await buffer.waitToOffer(event) }
        }
    }
}
