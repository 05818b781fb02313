// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// When runs of a pipeline begin by themselves.
///
/// Moments are whole seconds since 1970.
public struct RunSchedule: Sendable, Hashable {
    /// What it goes by.
    public enum Timing: Sendable, Hashable {
        /// So many seconds apart, counted from 1970: every 3,600 means at full hours.
        case every(seconds: Int)
        /// By the calendar and the clocks of a time zone.
        case cron(CronExpression, zone: String)
    }

    /// What becomes of times at which nobody was there to begin a run.
    public enum MissedPolicy: String, Sendable, CaseIterable {
        /// One run makes up for all of them.
        case once
        /// They are left out.
        case skip
    }

    /// What it goes by.
    public let timing: Timing
    /// What becomes of times at which nobody was there.
    public let missed: MissedPolicy
    /// What each run is given.
    public var inputs: [String: JSONValue]

    /// Makes a schedule.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidSchedule` where there is no such time zone, or the time never comes.
    public init(_ timing: Timing, missed: MissedPolicy = .once, inputs: [String: JSONValue] = [:]) throws(PipelineError)
    {
        switch timing {
        case .every(let seconds):
            guard (1...366 * 86_400).contains(seconds) else {
                throw PipelineError(.invalidSchedule, "'every' is \(seconds) seconds; it must be from 1s to 366d.")
            }
        case .cron(let expression, let zone):
            guard expression.next(after: 0, on: try LocalClock(zone: zone)) != nil else {
                throw PipelineError(.invalidSchedule, "The time '\(expression)' never comes: no month has that day.")
            }
        }
        (self.timing, self.missed, self.inputs) = (timing, missed, inputs)
    }

    /// When it comes next.
    ///
    /// - Parameter moment: The moment before it.
    /// - Returns: The moment; nil where this system does not know the time zone any more.
    public func next(after moment: Int) -> Int? {
        switch self.timing {
        case .every(let seconds): (CivilTime.floor(moment, seconds) + 1) * seconds
        case .cron(let expression, let zone):
            (try? LocalClock(zone: zone)).flatMap { expression.next(after: moment, on: $0) }
        }
    }

    /// The last of the times up to a moment.
    ///
    /// - Parameter first: One of them.
    func last(from first: Int, through moment: Int) -> Int {
        // The window grows backwards, so that no more is looked at than has come since the last but a few.
        var window = 60
        while true {
            let start = max(first, moment - window)
            if var found = self.next(after: start - 1), found <= moment {
                while let next = self.next(after: found), next <= moment { found = next }
                return found
            }
            if start == first { return first }
            window *= 16
        }
    }
}

extension RunSchedule: CustomStringConvertible {
    /// What it goes by, in words.
    public var description: String {
        switch self.timing {
        case .every(let seconds): "every \(Self.text(seconds))"
        case .cron(let expression, let zone): "'\(expression)' in \(zone)"
        }
    }

    /// A length of time in the largest unit that it is a multiple of.
    private static func text(_ seconds: Int) -> String {
        let units = [("d", 86_400), ("h", 3_600), ("m", 60)]
        let (unit, length) = units.first { seconds.isMultiple(of: $0.1) } ?? ("s", 1)
        return "\(seconds / length)\(unit)"
    }
}
