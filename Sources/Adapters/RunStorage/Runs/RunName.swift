// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Names runs: sixteen letters and digits, ten for the millisecond and six by chance, so that later runs sort later.
package enum RunName {
    /// Digits without those that look alike, after Crockford.
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")

    /// A new name.
    package static func make(at time: Date) -> String {
        var random = SystemRandomNumberGenerator()
        return Self.make(at: time, using: &random)
    }

    /// A new name by a source of chance of one's own.
    static func make(at time: Date, using random: inout some RandomNumberGenerator) -> String {
        var milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
        var name = [Character]()
        for _ in 0..<10 {
            name.append(Self.digits[Int(milliseconds & 31)])
            milliseconds >>= 5
        }
        name.reverse()
        for _ in 0..<6 { name.append(Self.digits[Int.random(in: 0..<32, using: &random)]) }
        return String(name)
    }
}
