// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// A length of time as people write it: a number with `ms`, `s`, `m`, `h` or `d` behind it; nil for anything else.
    ///
    /// - Parameters:
    ///   - text: Such as `250ms` or `1.5h`.
    ///   - usualUnit: What a number without a unit counts; nil refuses it.
    package init?(written text: String, usualUnit: String? = nil) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units = ["ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let written = String(text[digits.endIndex...])
        guard let number = Double(digits), let unit = units[written.isEmpty ? usualUnit ?? "" : written],
            number * unit < 1e9
        else { return nil }
        self = .seconds(number * unit)
    }
}
