// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Begins the runs of schedules whose time has come, once each however many schedulers share a store.
public struct RunScheduler: Sendable {
    /// A run that has begun.
    public struct Begun: Sendable, Hashable {
        /// The schedule's name.
        public var schedule: String
        /// The run's name.
        public var run: String
        /// The time that it is for, in seconds since 1970.
        public var moment: Int
    }

    /// How many seconds late a time may be noticed and still count as kept.
    public static let tolerance = 60

    private let store: any ScheduleStore
    private let now: @Sendable () -> Duration

    /// Makes a scheduler.
    ///
    /// - Parameters:
    ///   - store: Where schedules, runs and the queue are.
    ///   - now: The time since 1970.
    public init(store: any ScheduleStore, now: @escaping @Sendable () -> Duration = PipelineRunner.systemTime) {
        self.store = store
        self.now = now
    }

    /// Begins what is due.
    ///
    /// Of several times of one schedule that have come, the last counts.
    ///
    /// - Returns: The runs that began here, and not by another scheduler.
    public func beginDue() async throws -> [Begun] {
        let now = Int(self.now().components.seconds)
        var begun: [Begun] = []
        for item in try await self.store.due(at: now) {
            guard let next = item.next else { continue }
            let last = item.schedule.last(from: next, through: now)
            let isMissed = now - last > Self.tolerance
            let run = try await self.store.begin(
                item.name, waitingFor: next, for: isMissed && item.schedule.missed == .skip ? nil : last,
                following: item.schedule.next(after: now))
            if let run { begun.append(Begun(schedule: item.name, run: run, moment: last)) }
        }
        return begun
    }
}
