// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// What exchanging gradients has cost one process.
package struct ExchangeStatistics: Sendable, Equatable {
    /// How many steps were made.
    package var steps = 0
    /// How many bytes of gradients were summed.
    package var bytes = 0
    /// How many of them had arrived before the backward pass was over.
    package var overlapped = 0
    /// How long the process waited for the rest, in seconds: for what was on its way, and for processes that were behind.
    package var waiting = 0.0

    /// Begins with nothing.
    package init() {}

    /// The share of bytes that arrived while the backward pass was still running.
    package var overlap: Double { self.bytes == 0 ? 0 : Double(self.overlapped) / Double(self.bytes) }

    /// The bytes of a step.
    package var bytesPerStep: Int { self.steps == 0 ? 0 : self.bytes / self.steps }

    /// The figures as reports have them.
    var json: JSONValue {
        .object([
            "steps": .integer(self.steps), "bytes_per_step": .integer(self.bytesPerStep),
            "waiting_seconds": .number(self.waiting), "overlap": .number(self.overlap),
        ])
    }
}
