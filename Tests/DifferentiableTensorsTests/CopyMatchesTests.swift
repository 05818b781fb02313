// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Testing

@Suite("What continues a name")
struct CopyMatchesTests {
    struct Case: Sendable, CustomStringConvertible {
        let read: [Int], goingOn: Int, ended: Int
        let description: String
    }

    /// Two names: 7 3 0 3 0 and 7 5.
    static let cases = [
        Case(read: [9], goingOn: 0, ended: 0, description: "nothing of a name"),
        Case(read: [9, 7], goingOn: 5, ended: 0, description: "the first piece of both"),
        Case(read: [7, 5], goingOn: 0, ended: 6, description: "all of the second"),
        Case(read: [9, 7, 3, 0], goingOn: 7, ended: 2, description: "three pieces, which are an end by themselves"),
        Case(read: [7, 3, 0, 3, 0], goingOn: 2, ended: 8, description: "all of the first, of which two go on, too"),
        Case(read: [9, 3, 0], goingOn: 2, ended: 2, description: "a part that is there twice"),
        Case(read: [7, 3, 0, 3, 0, 3], goingOn: 3, ended: 0, description: "a piece more than there is"),
    ]

    @Test("The last row knows whether a name goes on, and whether one has ended", arguments: cases)
    func lastRow(one: Case) {
        var matches = CopyMatches()
        matches.append(
            read: one.read, from: one.read.count - 1, sources: [7, 3, 0, 3, 0, 7, 5], names: [0, 0, 0, 0, 0, 5, 5])
        #expect(matches.goingOn == [one.goingOn] && matches.ended == [one.ended])
    }

    @Test("Each row has its own, and where nothing can be copied there is nothing of either")
    func rows() {
        var matches = CopyMatches()
        matches.append(read: [1, 3, 4], sources: [3, 4], names: [0, 0])
        matches.append(read: [3], sources: [], names: [])
        #expect(matches.goingOn == [0, 5, 0, 0] && matches.ended == [0, 0, 6, 0])
    }
}
