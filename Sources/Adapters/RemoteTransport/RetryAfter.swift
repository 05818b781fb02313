// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import NIOHTTP1

extension TransportResponse {
    /// How long the server asks to wait before the next try, where it says so: seconds, or a date (RFC 9110, 10.2.3).
    ///
    /// A date is measured against the answer's own, so that no clock needs to agree with the server's.
    package var retryAfter: Duration? {
        if let milliseconds = self.headers.first(name: "retry-after-ms").flatMap(Double.init), 0..<1e9 ~= milliseconds {
            return .milliseconds(milliseconds)
        }
        guard let text = self.headers.first(name: "retry-after") else { return nil }
        if let seconds = Double(text) { return 0..<1e6 ~= seconds ? .seconds(seconds) : nil }
        guard let now = self.headers.first(name: "date").flatMap(Self.date), let then = Self.date(text) else {
            return nil
        }
        return .seconds(min(max(0, then.timeIntervalSince(now)), 1e6))
    }

    /// Reads a date as HTTP writes it, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let style = Date.VerbatimFormatStyle(
            format:
                "\(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        guard let comma = text.firstIndex(of: ",") else { return nil }
        return try? style.parseStrategy.parse(text[text.index(after: comma)...].trimmingCharacters(in: .whitespaces))
    }
}
