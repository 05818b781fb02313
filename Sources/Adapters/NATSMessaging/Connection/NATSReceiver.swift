// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import Synchronization

/// What the library calls for the messages of one subscription.
///
/// The library holds it from before the first message until after the last: it is retained when the subscription is made and
/// released by the library's notice that no more will come.
final class NATSReceiver: Sendable {
    private let library: NATSLibrary
    private let receive: @Sendable (NATSMessage) -> Void
    private let pointer = Mutex<UInt?>(nil)

    init(_ library: NATSLibrary, _ receive: @escaping @Sendable (NATSMessage) -> Void) {
        self.library = library
        self.receive = receive
    }

    /// Subscribes.
    ///
    /// - Returns: The library's status.
    func subscribe(_ connection: OpaquePointer, _ subject: String, group: String?) -> Int32 {
        let table = self.library.table
        var subscription: OpaquePointer?
        let held = Unmanaged.passRetained(self)
        let handler: cnats_message_handler = { _, _, message, closure in
            guard let message, let closure else { return }
            Unmanaged<NATSReceiver>.fromOpaque(closure).takeUnretainedValue().take(message)
        }
        let status =
            if let group {
                table.subscribe_group(&subscription, connection, subject, group, handler, held.toOpaque())
            } else {
                table.subscribe(&subscription, connection, subject, handler, held.toOpaque())
            }
        guard status == CNATS_OK.status, let subscription else {
            held.release()
            return status
        }
        // Its buffer has limits of its own, and a policy.
        _ = table.set_pending_limits(subscription, -1, -1)
        _ = table.on_completion(
            subscription,
            { closure in
                guard let closure else { return }
                Unmanaged<NATSReceiver>.fromOpaque(closure).release()
            }, held.toOpaque())
        self.pointer.withLock { $0 = UInt(bitPattern: subscription) }
        return status
    }

    private func take(_ message: OpaquePointer) {
        defer { self.library.table.destroy_message(message) }
        self.receive(NATSMessage(message, self.library))
    }

    /// Ends the subscription; what is on its way may still come.
    func end() {
        let pointer = self.pointer.withLock { $0.take() }
        guard let subscription = pointer.flatMap({ OpaquePointer(bitPattern: $0) }) else { return }
        _ = self.library.table.unsubscribe(subscription)
        self.library.table.destroy_subscription(subscription)
    }
}
