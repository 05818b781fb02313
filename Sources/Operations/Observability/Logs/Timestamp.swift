// SPDX-License-Identifier: Apache-2.0

/// Moments as ISO 8601 has them, in UTC and to the microsecond.
package enum Timestamp {
    /// A moment in words.
    ///
    /// - Parameter nanoseconds: Since 1970.
    package static func text(_ nanoseconds: UInt64) -> String {
        var bytes: [UInt8] = []
        self.append(nanoseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a moment behind other text; every log line has one.
    static func append(_ nanoseconds: UInt64, to bytes: inout [UInt8]) {
        let seconds = Int(nanoseconds / 1_000_000_000)
        let (year, month, day) = self.date(days: seconds / 86_400)
        let second = seconds % 86_400
        let micro = Int(nanoseconds % 1_000_000_000) / 1000
        func write(_ number: Int, _ digits: Int, _ end: Unicode.Scalar) {
            var (rest, place) = (number, bytes.count + digits)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: end), count: digits + 1))
            for _ in 0..<digits {
                place -= 1
                bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        write(year, 4, "-")
        write(month, 2, "-")
        write(day, 2, "T")
        write(second / 3600, 2, ":")
        write(second / 60 % 60, 2, ":")
        write(second % 60, 2, ".")
        write(micro, 6, "Z")
    }

    /// A moment as HTTP has it: `Sun, 29 Nov 2026 09:00:00 GMT` (RFC 9110, section 5.6.7).
    ///
    /// - Parameter seconds: Since 1970.
    package static func http(seconds: Int) -> String {
        let days = seconds / 86_400
        let (year, month, day) = self.date(days: days)
        let second = seconds % 86_400
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // The first day of 1970 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
        let time = "\(self.padded(second / 3600, 2)):\(self.padded(second / 60 % 60, 2)):\(self.padded(second % 60, 2))"
        return "\(weekday), \(self.padded(day, 2)) \(names[month - 1]) \(self.padded(year, 4)) \(time) GMT"
    }

    /// The date so many days after 1970-01-01, by the Gregorian calendar's rule of 400 years.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        // Years begin in March here, so that the leap day is a year's last.
        let days = days + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return (era * 400 + yearOfEra + (month < 10 ? 0 : 1), month < 10 ? month + 3 : month - 9, day)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
