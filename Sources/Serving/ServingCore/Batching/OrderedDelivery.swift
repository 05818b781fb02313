// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Lets what is done out of order happen in order: each delivery waits for those with smaller tickets.
final class OrderedDelivery: Sendable {
    private struct State: Sendable {
        var next = 0
        var early: [Int: @Sendable () -> Void] = [:]
        /// Whether somebody delivers at the moment, who then takes what becomes ready meanwhile.
        var isDelivering = false
    }

    private let state = Mutex(State())

    /// Delivers now, or when all smaller tickets have been delivered; each ticket once, from 0 and without gaps.
    func deliver(_ ticket: Int, _ delivery: @escaping @Sendable () -> Void) {
        var ready = self.state.withLock { state -> (@Sendable () -> Void)? in
            state.early[ticket] = delivery
            return state.isDelivering ? nil : Self.next(&state)
        }
        while let delivery = ready {
            delivery()
            ready = self.state.withLock { Self.next(&$0) }
        }
    }

    private static func next(_ state: inout State) -> (@Sendable () -> Void)? {
        let delivery = state.early.removeValue(forKey: state.next)
        state.isDelivering = delivery != nil
        if delivery != nil { state.next += 1 }
        return delivery
    }
}
