// SPDX-License-Identifier: Apache-2.0

/// A process that trains alone.
package struct LoneProcess: ProcessGroup {
    package let rank = 0, size = 1

    /// What is done when it begins.
    private struct Nothing: Transfer {
        mutating func poll() -> Bool { true }
        mutating func wait() {}
    }

    /// There is nobody to join.
    package init() {}

    package func startSum(_ numbers: UnsafeMutableBufferPointer<Float>) -> any Transfer { Nothing() }

    package func startExchange(
        _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer
    ) -> any Transfer {
        received.copyMemory(from: sent)
        return Nothing()
    }

    package func startGathering(
        _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer
    ) -> any Transfer {
        received.copyMemory(from: sent)
        return Nothing()
    }

    package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}

    package func leave() {}
}
