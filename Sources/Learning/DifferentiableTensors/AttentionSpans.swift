// SPDX-License-Identifier: Apache-2.0

/// Which rows look at which, in attention from one tensor to another.
///
/// Spans lie one after the other in both tensors, an input each.
package struct AttentionSpans: Sendable, Equatable {
    /// How many rows of an input look, and how many there are to look at.
    struct Span: Sendable, Equatable {
        /// The first row that looks, and the first one to look at.
        let query: Int, key: Int
        let queries: Int, keys: Int
    }

    private(set) var spans: [Span] = []
    /// How many of its span's keys each row sees, from the first on.
    private(set) var visible: [Int] = []
    /// How many rows look.
    package var queries: Int { self.visible.count }
    /// How many rows there are to look at.
    package private(set) var keys = 0

    /// Begins with nothing.
    package init() {}

    /// One span whose rows all see everything.
    package init(queries: Int, keys: Int) { self.append(visible: Array(repeating: keys, count: queries), of: keys) }

    /// Appends an input.
    ///
    /// - Parameters:
    ///   - visible: How many of the input's keys each of its rows sees, from the first on.
    ///   - keys: How many keys the input has.
    package mutating func append(visible: some Collection<Int>, of keys: Int) {
        precondition(visible.allSatisfy { (0...keys).contains($0) }, "A row sees more than \(keys) keys.")
        self.spans.append(Span(query: self.visible.count, key: self.keys, queries: visible.count, keys: keys))
        self.visible += visible
        self.keys += keys
    }

    /// Sequences whose rows see themselves and what is before them.
    package static func causal(_ lengths: some Sequence<Int>) -> Self {
        lengths.reduce(into: Self()) { $0.append(visible: 1..<$1 + 1, of: $1) }
    }

    /// Where each span's square of scores begins when they lie one after the other, and how many there are.
    func places(times factor: Int = 1) -> (starts: [Int], count: Int) {
        var (starts, count) = ([Int](), 0)
        for span in self.spans {
            starts.append(count)
            count += span.queries * span.keys * factor
        }
        return (starts, count)
    }
}
