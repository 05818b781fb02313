// SPDX-License-Identifier: Apache-2.0

/// Dates, times and durations of RFC 3339 (appendix A for durations).
enum TimeFormats {
    static func isDateTime(_ text: String) -> Bool {
        var scanner = FormatScanner(text)
        return self.date(&scanner) && scanner.take("T", "t") != nil && self.time(&scanner) && scanner.isAtEnd
    }

    static func isDate(_ text: String) -> Bool {
        var scanner = FormatScanner(text)
        return self.date(&scanner) && scanner.isAtEnd
    }

    static func isTime(_ text: String) -> Bool {
        var scanner = FormatScanner(text)
        return self.time(&scanner) && scanner.isAtEnd
    }

    private static func date(_ scanner: inout FormatScanner) -> Bool {
        guard let year = scanner.number(digits: 4), scanner.take("-") != nil, let month = scanner.number(digits: 2),
            scanner.take("-") != nil, let day = scanner.number(digits: 2), (1...12).contains(month)
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func time(_ scanner: inout FormatScanner) -> Bool {
        guard let hour = scanner.number(digits: 2), scanner.take(":") != nil, let minute = scanner.number(digits: 2),
            scanner.take(":") != nil, let second = scanner.number(digits: 2)
        else { return false }
        if scanner.take(".") != nil, !scanner.digits() { return false }
        guard hour < 24, minute < 60, second <= 60, let offset = self.offset(&scanner) else { return false }
        guard second == 60 else { return true }
        // A leap second is the last one of a day in UTC.
        let minutesOfDay = (hour * 60 + minute - offset + 2 * 1440) % 1440
        return minutesOfDay == 23 * 60 + 59
    }

    /// The offset from UTC in minutes.
    private static func offset(_ scanner: inout FormatScanner) -> Int? {
        if scanner.take("Z", "z") != nil { return 0 }
        guard let sign = scanner.take("+", "-"), let hours = scanner.number(digits: 2), scanner.take(":") != nil,
            let minutes = scanner.number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
    }

    /// `P2W`, or neighbouring units from the largest to the smallest, those of the time after a `T`.
    static func isDuration(_ text: String) -> Bool {
        var scanner = FormatScanner(text)
        guard scanner.take("P") != nil else { return false }
        var hasDate = false
        if scanner.take("T") == nil {
            guard let unit = self.units(["Y", "M", "D"], or: "W", &scanner) else { return false }
            if unit == "W" || scanner.isAtEnd { return scanner.isAtEnd }
            hasDate = scanner.take("T") != nil
            guard hasDate else { return false }
        }
        return self.units(["H", "M", "S"], or: nil, &scanner) != nil && scanner.isAtEnd
    }

    /// Takes numbers with units, none left out between two others, and gives the last unit.
    private static func units(_ names: [Character], or single: Character?, _ scanner: inout FormatScanner) -> Character?
    {
        var last: Int?
        while scanner.digits() {
            if last == nil, let single, scanner.take(single) != nil { return single }
            let range = last.map { $0 + 1..<min($0 + 2, names.count) } ?? names.indices
            guard let index = range.first(where: { scanner.take(names[$0]) != nil }) else { return nil }
            last = index
        }
        return last.map { names[$0] }
    }
}
