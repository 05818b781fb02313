// SPDX-License-Identifier: Apache-2.0

/// Groups of rows of a tensor: of a mention, of a relation, of a node's neighbours.
package struct RowGroups: Sendable, Equatable {
    private var rows: [Int] = []
    private var ends: [Int] = []

    /// Begins with nothing.
    package init() {}

    /// How many groups there are.
    package var count: Int { self.ends.count }

    /// Appends a group; it may be empty.
    package mutating func append(_ rows: some Sequence<Int>) {
        self.rows += rows
        self.ends.append(self.rows.count)
    }

    /// The rows of a group.
    subscript(group: Int) -> ArraySlice<Int> { self.rows[(group == 0 ? 0 : self.ends[group - 1])..<self.ends[group]] }
}
