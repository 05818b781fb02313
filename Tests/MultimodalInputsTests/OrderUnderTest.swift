// SPDX-License-Identifier: Apache-2.0

import MultimodalInputs

/// An order that checks can change: their macros take no values that change.
final class OrderUnderTest {
    private(set) var order: InputOrder

    init(_ settings: InputOrderSettings) { self.order = InputOrder(settings) }

    var count: Int { self.order.count }
    var bytes: Int { self.order.bytes }
    var lateDropped: Int { self.order.lateDropped }
    var fullDropped: Int { self.order.fullDropped }

    func insert(_ event: InputEvent, arrival: Int64) throws -> InputOrder.Insertion {
        try self.order.insert(event, arrival: arrival)
    }

    func expect(_ source: String, now: Int64) { self.order.expect(source, now: now) }
    func next() -> InputEvent? { self.order.next() }
    func tick(now: Int64) { self.order.tick(now: now) }
    func release() { self.order.release() }
}
