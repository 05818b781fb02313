// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Which arm of an experiment answers a request.
package struct Exposure: Sendable, Hashable {
    /// The experiment.
    package var experiment: String
    /// The arm.
    package var arm: String
    /// Why the unit is in it.
    package var reason: String
    /// The unit; one that the program named itself is needed to tell later what came of it.
    package var unit: String

    /// Describes an exposure.
    package init(experiment: String, arm: String, reason: String, unit: String) {
        self.experiment = experiment
        self.arm = arm
        self.reason = reason
        self.unit = unit
    }
}

/// What is noted of a request while it is answered, for its reply and its span.
package final class ExposureNote: Sendable {
    /// The note of the request that the task works for; nil where nobody wants to know.
    @TaskLocal package static var current: ExposureNote?

    private let state = Mutex<Exposure?>(nil)

    /// An empty note.
    package init() {}

    /// What was noted.
    package var exposure: Exposure? { self.state.withLock { $0 } }

    /// Notes which arm answers.
    package func write(_ exposure: Exposure) { self.state.withLock { $0 = exposure } }
}
