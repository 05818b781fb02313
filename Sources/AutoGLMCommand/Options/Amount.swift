// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// A whole number with a unit, such as `500MB`.
struct Amount<Unit: AmountUnit>: ExpressibleByArgument {
    /// The number in the smallest unit.
    let value: Int

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let unit = Unit(rawValue: String(argument.dropFirst(digits.count))) else {
            return nil
        }
        let (value, isTooLarge) = number.multipliedReportingOverflow(by: unit.factor)
        guard !isTooLarge else { return nil }
        self.value = value
    }
}

/// What amounts are counted in.
protocol AmountUnit: RawRepresentable<String> {
    /// How many of the smallest unit it is.
    var factor: Int { get }
}

/// Units of storage, in bytes.
enum SizeUnit: String, AmountUnit {
    case bytes = "B"
    case kilobytes = "KB"
    case megabytes = "MB"
    case gigabytes = "GB"

    var factor: Int {
        switch self {
        case .bytes: 1
        case .kilobytes: 1000
        case .megabytes: 1_000_000
        case .gigabytes: 1_000_000_000
        }
    }
}
