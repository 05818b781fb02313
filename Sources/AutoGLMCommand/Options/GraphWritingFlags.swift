// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import TaskModels

/// How a model that writes from graphs chooses its texts.
struct GraphWritingFlags: ParsableArguments {
    @Option(help: "How many texts are followed side by side (beam search), where a graph is written from.")
    var beams = GraphWriting().beams

    @Flag(help: "Name nothing that the graph does not name.")
    var constrained = false

    func validate() throws {
        guard (1...64).contains(self.beams) else { throw ValidationError("--beams is a number from 1 to 64.") }
    }

    /// How a text is chosen.
    var writing: GraphWriting {
        var writing = GraphWriting()
        (writing.beams, writing.isConstrained) = (self.beams, self.constrained)
        return writing
    }
}
