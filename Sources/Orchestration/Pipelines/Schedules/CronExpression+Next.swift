// SPDX-License-Identifier: Apache-2.0

extension CronExpression {
    /// Within so many seconds, 41 years, every day comes that comes at all, be it a 29th of February on a Tuesday.
    private static let horizon = 15_000 * CivilTime.day

    /// When it comes next.
    ///
    /// A time that clocks are put forward over comes at the moment when they are; one that they show twice comes the first
    /// time. With every hour of the day it goes by the time that passes instead: through an hour that comes twice, twice.
    /// - Parameters:
    ///   - moment: The moment before it, in seconds since 1970.
    ///   - clock: The clocks that it goes by.
    /// - Returns: The moment; nil if it never comes, such as the 30th of February.
    func next(after moment: Int, on clock: LocalClock) -> Int? {
        self.hours.first(from: 0) == 0 && (0..<24).allSatisfy(self.hours.contains)
            ? self.nextByTime(after: moment, clock) : self.nextByReading(after: moment, clock)
    }

    /// Goes from reading to reading.
    private func nextByReading(after moment: Int, _ clock: LocalClock) -> Int? {
        var reading = (CivilTime.floor(clock.reading(at: moment), 60) + 1) * 60
        let end = reading + Self.horizon
        while reading < end {
            let time = CivilTime(reading)
            guard self.includes(time), let hour = self.hours.first(from: time.hour) else {
                reading = CivilTime.nextMidnight(after: reading)
                continue
            }
            guard hour == time.hour, let minute = self.minutes.first(from: time.minute) else {
                reading += max(1, hour - time.hour) * 3_600 - time.minute * 60
                continue
            }
            reading += (minute - time.minute) * 60
            let found = clock.moment(of: reading)
            if found > moment { return found }
            reading += 60
        }
        return nil
    }

    /// Goes from moment to moment.
    private func nextByTime(after moment: Int, _ clock: LocalClock) -> Int? {
        let start = clock.reading(at: moment)
        var found = moment + 60 - (start - CivilTime.floor(start, 60) * 60)
        let end = found + Self.horizon
        while found < end {
            let reading = clock.reading(at: found)
            let time = CivilTime(reading)
            guard self.includes(time) else {
                found = max(found + 60, clock.moment(of: CivilTime.nextMidnight(after: reading)))
                continue
            }
            guard let minute = self.minutes.first(from: time.minute) else {
                found += (60 - time.minute) * 60
                continue
            }
            if minute == time.minute { return found }
            found += (minute - time.minute) * 60
        }
        return nil
    }
}
