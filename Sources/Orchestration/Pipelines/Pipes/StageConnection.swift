// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Where a stage's pieces come from and go to.
struct StageConnection: Sendable {
    private let incoming: PieceChannel?
    private let isTextIncoming: Bool
    private let outgoing: PieceChannel?
    private let output: StepPort?
    private let collector: FlowCollector?
    private let watcher: (@Sendable (JSONValue) -> Void)?

    /// Connects a stage.
    ///
    /// - Parameters:
    ///   - isKept: Whether the whole of what flows out is wanted in the end.
    ///   - watcher: Is told of each piece that flows out.
    init(
        _ stage: PipeStage, incoming: PieceChannel?, isTextIncoming: Bool, outgoing: PieceChannel?, isKept: Bool,
        watcher: (@Sendable (JSONValue) -> Void)?
    ) {
        self.incoming = incoming
        self.isTextIncoming = isTextIncoming
        self.outgoing = outgoing
        self.output = stage.output
        self.collector = isKept ? stage.output.map { FlowCollector(isText: $0.type == .string) } : nil
        self.watcher = watcher
    }

    /// Whether another stage is before this one.
    var takesFlow: Bool { self.incoming != nil }

    /// What the stage is given; `whole` is what is read where no stage is before this one.
    func flow(or whole: FlowingPieces, isText: Bool) -> StepFlow {
        let pieces = self.incoming.map { channel in FlowingPieces { try await channel.next() } } ?? whole
        return StepFlow(pieces: pieces, isText: self.takesFlow ? self.isTextIncoming : isText) { piece in
            guard self.output != nil else { return }
            self.collector?.add(piece)
            self.watcher?(piece)
            try await self.outgoing?.send(piece)
        }
    }

    /// Tells the stages on both sides that this one has ended well.
    func close() {
        self.outgoing?.end()
        self.incoming?.abandon()
    }

    /// The whole of what has flowed out, by the output's name; nothing if nobody wants it.
    var kept: [String: JSONValue] {
        guard let collector, let output else { return [:] }
        return [output.name: collector.value]
    }
}
