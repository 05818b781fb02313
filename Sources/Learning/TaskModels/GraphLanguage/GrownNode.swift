// SPDX-License-Identifier: Apache-2.0

/// A node that grew while a text was written.
package struct GrownNode: Sendable, Equatable {
    /// The name as it was written.
    package let name: String
    /// After how many pieces the node was there.
    package let pieces: Int
    /// The input's node that it stands for; nil where the text names something new.
    package let node: Int?
    /// How much it looks at what was in the graph before: the input's nodes, its edges, and what grew earlier.
    package let similarities: [Float]
}
