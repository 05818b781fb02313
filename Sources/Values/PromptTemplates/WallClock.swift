// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What `strftime_now` takes for now; give tests and reproducible prompts a fixed one.
public struct WallClock: Sendable {
    private let secondsSince1970: @Sendable () -> Int
    private let usesLocalZone: Bool

    /// The system's time in its own zone.
    public static let system = Self(secondsSince1970: { time(nil) }, usesLocalZone: true)

    /// A clock that always shows the same time, in UTC.
    ///
    /// - Parameter secondsSince1970: Seconds since the start of 1970 in UTC.
    public static func fixed(secondsSince1970: Int) -> Self {
        Self(secondsSince1970: { secondsSince1970 }, usesLocalZone: false)
    }

    private init(secondsSince1970: @escaping @Sendable () -> Int, usesLocalZone: Bool) {
        self.secondsSince1970 = secondsSince1970
        self.usesLocalZone = usesLocalZone
    }

    /// Formats the time as C's `strftime` does; at most 4,096 bytes.
    func format(_ format: String) -> String {
        guard !format.isEmpty, format.utf8.count < 1024 else { return "" }
        var seconds = time_t(self.secondsSince1970())
        var parts = tm()
        if self.usesLocalZone { localtime_r(&seconds, &parts) } else { gmtime_r(&seconds, &parts) }
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
