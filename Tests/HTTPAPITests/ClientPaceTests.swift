// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import Testing

@Suite("Slow clients")
struct ClientPaceTests {
    /// What happens to a connection, one after the other.
    enum Event {
        case bytes(Int)
        case head
        case end
        case answered
        /// So many looks, of which none finds anything wrong.
        case fine(Int, isReading: Bool = true, isWritable: Bool = true)
    }

    private static func patience() -> ClientPatience {
        var patience = ClientPatience()
        // A look a second: 4 for a head, 8 for a body, 6 for reading.
        (patience.headTime, patience.bodyTime, patience.readTime) = (.seconds(4), .seconds(8), .seconds(6))
        patience.bodyBytesPerSecond = 10
        return patience
    }

    @Test(
        "A client may be as slow as the patience allows, and not slower",
        arguments: [
            ([.fine(100)], nil, true), ([.fine(200)], .idle, true),
            ([.fine(150), .bytes(1), .head, .end, .fine(300), .answered, .fine(200)], .idle, true),
            ([.fine(150), .bytes(1), .head, .end, .answered, .fine(199)], nil, true),
            ([.bytes(1), .fine(4)], .head, true),
            ([.bytes(1), .bytes(1), .fine(4)], .head, true),
            ([.bytes(1), .fine(3), .head, .fine(8)], .body, true),
            ([.bytes(1), .head, .bytes(80), .fine(9), .bytes(79), .fine(8)], .body, true),
            ([.bytes(1), .head, .fine(8), .bytes(80), .fine(8)], nil, true),
            ([.bytes(1), .head, .fine(50, isReading: false), .fine(8)], .body, true),
            ([.bytes(1), .head, .end, .fine(100)], nil, true),
            ([.bytes(1), .head, .end, .answered, .fine(100)], nil, true),
            ([.bytes(1), .head, .end, .answered, .bytes(1), .fine(4)], .head, true),
            ([.bytes(1), .head, .answered, .fine(8)], .body, true),
            ([.bytes(1), .head, .answered, .end, .fine(100)], nil, true),
            ([.bytes(1), .head, .end, .fine(6, isWritable: false)], .reading, false),
            ([.bytes(1), .head, .end, .fine(5, isWritable: false), .fine(1), .fine(5, isWritable: false)], nil, true),
        ] as [([Event], ClientPace.Fault?, Bool)])
    func pace(events: [Event], fault: ClientPace.Fault?, isWritable: Bool) {
        var pace = ClientPace(Self.patience(), idleTime: .seconds(200))
        for event in events {
            switch event {
            case .bytes(let count): pace.received(count)
            case .head: pace.readHead()
            case .end: pace.readBody()
            case .answered: pace.answered()
            case .fine(let count, let isReading, let isWritable):
                for _ in 0..<count { #expect(pace.look(isReading: isReading, isWritable: isWritable) == nil) }
            }
        }
        #expect(pace.look(isReading: true, isWritable: isWritable) == fault)
    }
}
