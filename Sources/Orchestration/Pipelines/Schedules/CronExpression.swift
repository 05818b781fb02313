// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Times by the clock and the calendar, as `cron` takes them: minute, hour, day of the month, month, day of the week.
///
/// Each field is `*`, a number, a range `1-5`, either with a step `*/15`, or several of them with commas. Months and days of
/// the week have names of three letters, too; Sunday is 0 and 7. Where both days are given, one of them is enough.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The expression as it was written.
    public let description: String
    let minutes: NumberSet
    let hours: NumberSet
    let days: NumberSet
    let months: NumberSet
    let weekdays: NumberSet
    /// Whether one of the two days is enough.
    let isEitherDay: Bool

    /// Reads an expression.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidSchedule`.
    public init(_ text: String) throws(PipelineError) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == CronField.all.count else {
            throw PipelineError(
                .invalidSchedule,
                """
                The cron expression '\(text.prefix(80))' has \(words.count) fields; it must have five: minute, hour, day of the \
                month, month and day of the week, such as '0 7 * * mon-fri'.
                """)
        }
        var sets = [NumberSet]()
        for (word, field) in zip(words, CronField.all) { sets.append(try field.read(word)) }
        (self.minutes, self.hours, self.days, self.months) = (sets[0], sets[1], sets[2], sets[3])
        self.weekdays = sets[4].folding(7, to: 0)
        self.isEitherDay = !words[2].hasPrefix("*") && !words[4].hasPrefix("*")
        self.description = words.joined(separator: " ")
    }

    /// Whether it holds on a day.
    func includes(_ date: CivilTime) -> Bool {
        guard self.months.contains(date.month) else { return false }
        let (day, weekday) = (self.days.contains(date.day), self.weekdays.contains(date.weekday))
        return self.isEitherDay ? day || weekday : day && weekday
    }
}

/// Numbers from 0 to 63.
struct NumberSet: Sendable, Hashable {
    private var bits: UInt64 = 0

    mutating func insert(_ number: Int) { self.bits |= 1 << UInt64(number) }

    func contains(_ number: Int) -> Bool { self.bits >> UInt64(number) & 1 == 1 }

    /// The smallest of them that is not smaller than a number.
    func first(from number: Int) -> Int? {
        guard number < 64 else { return nil }
        let rest = self.bits >> UInt64(number)
        return rest == 0 ? nil : number + rest.trailingZeroBitCount
    }

    /// The same with one number for another.
    func folding(_ number: Int, to other: Int) -> Self {
        guard self.contains(number) else { return self }
        var folded = self
        folded.bits &= ~(1 << UInt64(number))
        folded.insert(other)
        return folded
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A schedule cannot be read, or never comes.
    public static var invalidSchedule: Self { "invalid-schedule" }
}
