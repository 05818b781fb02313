// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// The clocks of a time zone: how far they are ahead of UTC, and when they show what.
struct LocalClock {
    /// How many seconds the clocks are ahead of UTC at a moment, in seconds since 1970.
    let offset: (Int) -> Int

    /// The clocks of a zone of the IANA database.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidSchedule` where there is no such zone.
    init(zone name: String) throws(PipelineError) {
        guard let zone = TimeZone(identifier: name) else {
            let hint = NearestName.find(name, in: TimeZone.knownTimeZoneIdentifiers).map { "Did you mean '\($0)'?" }
            throw PipelineError(
                .invalidSchedule,
                "There is no time zone '\(name)'. \(hint ?? "Write one as the IANA database does, such as Asia/Shanghai.")"
            )
        }
        self.offset = { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))) }
    }

    /// What the clocks show at a moment.
    func reading(at moment: Int) -> Int { moment + self.offset(moment) }

    /// The first moment at which the clocks show a reading or, where they were put forward over it, a later one.
    func moment(of reading: Int) -> Int {
        let offsets = [self.offset(reading - CivilTime.day), self.offset(reading + CivilTime.day)].sorted(by: >)
        for offset in offsets where self.offset(reading - offset) == offset { return reading - offset }
        var (before, after) = (reading - offsets[0] - CivilTime.day, reading - offsets[1] + CivilTime.day)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if self.reading(at: middle) < reading { before = middle } else { after = middle }
        }
        return after
    }
}
