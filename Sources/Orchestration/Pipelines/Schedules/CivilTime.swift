// SPDX-License-Identifier: Apache-2.0

/// A reading of a clock on the wall, in the Gregorian calendar.
struct CivilTime: Hashable {
    /// The seconds of a day.
    static let day = 86_400

    let month: Int
    let day: Int
    /// From 0, Sunday, to 6.
    let weekday: Int
    let hour: Int
    let minute: Int

    /// The reading so many seconds after 1970 began on the same clock.
    init(_ seconds: Int) {
        let days = Self.floor(seconds, Self.day)
        let rest = seconds - days * Self.day
        (self.hour, self.minute) = (rest / 3_600, rest / 60 % 60)
        self.weekday = (days + 4) - Self.floor(days + 4, 7) * 7
        // Years begin in March here, so that the day of a leap year is the last of its year; 719,468 days from then to 1970.
        let era = Self.floor(days + 719_468, 146_097)
        let dayOfEra = days + 719_468 - era * 146_097
        let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let march = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * march + 2) / 5 + 1
        self.month = march < 10 ? march + 3 : march - 9
    }

    /// When the next day begins after a reading.
    static func nextMidnight(after seconds: Int) -> Int { (Self.floor(seconds, Self.day) + 1) * Self.day }

    /// A quotient rounded down.
    static func floor(_ value: Int, _ divisor: Int) -> Int {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
