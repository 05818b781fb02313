// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Numbers as C's `printf` writes them, which rounds the exact binary value as Python does.
enum CFormat {
    /// The most digits after the point; more are zeros anyway (a double has at most 1,074).
    static let maximumPrecision = 1100

    /// Formats a finite or infinite number.
    ///
    /// - Parameters:
    ///   - value: The number.
    ///   - kind: One of `e`, `E`, `f`, `F`, `g` and `G`.
    ///   - precision: Digits after the point, or significant ones for `g`.
    ///   - keepsPoint: Whether the point and trailing zeros stay (C's `#`).
    static func format(_ value: Double, _ kind: Character, precision: Int, keepsPoint: Bool = false) -> String {
        if value.isNaN { return kind.isUppercase ? "NAN" : "nan" }
        if value.isInfinite {
            let text = value < 0 ? "-inf" : "inf"
            return kind.isUppercase ? text.uppercased() : text
        }
        let precision = Int32(clamping: min(max(precision, 0), self.maximumPrecision))
        let format = "%" + (keepsPoint ? "#" : "") + ".*" + String(kind)
        return withVaList([precision, value]) { arguments in
            var buffer = [CChar](repeating: 0, count: 1600)
            let length = vsnprintf(&buffer, buffer.count, format, arguments)
            return String(decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
