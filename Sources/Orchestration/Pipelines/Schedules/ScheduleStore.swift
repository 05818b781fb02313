// SPDX-License-Identifier: Apache-2.0

/// Where schedules are kept, beside the runs and the queue that they feed.
public protocol ScheduleStore: Sendable {
    /// Keeps a schedule; one of the same name is replaced.
    func add(_ schedule: StoredSchedule) async throws

    /// Every schedule, the next to come first.
    func schedules() async throws -> [StoredSchedule]

    /// Schedules whose next time has come.
    ///
    /// - Parameter moment: Now, in seconds since 1970.
    func due(at moment: Int) async throws -> [StoredSchedule]

    /// Removes a schedule; runs that it has begun stay.
    ///
    /// - Returns: Whether there was one of that name.
    func remove(_ name: String) async throws -> Bool

    /// Stores a run for a time of a schedule, puts it in line and moves the schedule on: all of it, once, or nothing.
    ///
    /// - Parameters:
    ///   - name: The schedule.
    ///   - next: The time that the schedule was waiting for; where it is another, somebody else was faster.
    ///   - occurrence: The time that the run is for; nil begins none.
    ///   - following: The time that the schedule waits for from now on.
    /// - Returns: The run's name; nil where none began.
    func begin(_ name: String, waitingFor next: Int, for occurrence: Int?, following: Int?) async throws -> String?
}

/// A schedule with all that is needed to begin its runs.
public struct StoredSchedule: Sendable {
    /// Its name, unique in its store.
    public var name: String
    /// What it runs.
    public var source: PipelineSource
    /// When, and with which inputs.
    public var schedule: RunSchedule
    /// On whose behalf its runs are.
    public var tenant: String
    /// Before which others of the tenant they come.
    public var priority: Int
    /// When it comes next, in seconds since 1970; nil for never.
    public var next: Int?

    /// Describes a schedule.
    ///
    /// - Parameter moment: Now, in seconds since 1970: its first time comes after that.
    public init(
        _ name: String, _ source: PipelineSource, _ schedule: RunSchedule, tenant: String = "default",
        priority: Int = 0,
        after moment: Int
    ) {
        self.name = name
        self.source = source
        self.schedule = schedule
        self.tenant = tenant
        self.priority = priority
        self.next = schedule.next(after: moment)
    }
}
