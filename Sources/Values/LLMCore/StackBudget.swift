// SPDX-License-Identifier: Apache-2.0

/// Tells when recursion over foreign input has used up its share of the thread's stack.
///
/// A count of levels cannot tell: how many bytes a level takes depends on what it does and how it was built. Tasks run on
/// threads with as little as 512 KiB (Apple's systems); the share leaves a quarter of that to what is called last.
package struct StackBudget {
    /// What recursion may use.
    ///
    /// Frames of debug builds are several times as large; where threads have 8 MiB, they get several times as much.
    #if DEBUG && !canImport(Darwin)
    private static let bytes: UInt = 3 << 20
    #else
    private static let bytes: UInt = 384 << 10
    #endif
    private let start: UInt

    /// A budget that begins here.
    package init() { self.start = Self.here() }

    /// Whether recursion must go no deeper.
    package var isExhausted: Bool {
        let here = Self.here()
        return max(here, self.start) - min(here, self.start) > Self.bytes
    }

    /// The address of a local variable.
    @inline(never)
    private static func here() -> UInt {
        var mark: UInt8 = 0
        return withUnsafeMutablePointer(to: &mark) { UInt(bitPattern: $0) }
    }
}
