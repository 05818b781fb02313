// SPDX-License-Identifier: Apache-2.0

/// What is told when nothing more can become of an event: it was dropped, or handled, and no window that is open has it.
///
/// Until then its source keeps it, so that an end of the process loses nothing.
public final class InputReceipt: Sendable, Hashable {
    private let onSettled: @Sendable () -> Void

    /// Makes a receipt.
    ///
    /// - Parameter onSettled: Told once; it must not wait.
    public init(_ onSettled: @escaping @Sendable () -> Void) { self.onSettled = onSettled }

    /// Tells it.
    public func settle() { self.onSettled() }

    /// Receipts are told apart.
    public static func == (a: InputReceipt, b: InputReceipt) -> Bool { a === b }

    /// Hashes which one it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
