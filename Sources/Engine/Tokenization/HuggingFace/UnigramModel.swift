// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// SentencePiece's unigram model: the tokens whose scores add up to the most (Kudo 2018).
struct UnigramModel: PieceModel {
    /// How much worse than the worst token an unknown character is.
    private static let unknownPenalty = 10.0

    private let tokens: TokenTable
    private let scores: [Double]
    private let unknown: TokenID?
    private let fusesUnknown: Bool
    private let byteTokens: [TokenID]?
    private let unknownScore: Double

    /// The tokens in the order of their bytes.
    private let sorted: [TokenID]

    /// Where in ``sorted`` the tokens of each first byte begin.
    private let firstPlaces: [Int]

    /// The best way to an end of a part of the text.
    private struct Node {
        var score = 0.0
        var start = -1
        var token: TokenID = -1
    }

    /// Builds the tables.
    ///
    /// - Throws: ``TokenizerError`` when they contradict themselves.
    init(_ document: TokenizerDocument, tokens: TokenTable) throws {
        let part = document.modelPart
        guard document.scores.count == document.tokens.count, !document.scores.contains(where: \.isNaN) else {
            throw part.malformed("every token needs a score")
        }
        if let unknown = part.json["unk_id"]?.integerValue {
            guard (0..<document.tokens.count).contains(unknown) else { throw part.malformed("'unk_id' is no token") }
            self.unknown = TokenID(unknown)
        } else {
            self.unknown = nil
        }
        self.tokens = tokens
        self.scores = document.scores
        self.fusesUnknown = part.bool("fuse_unk", true)
        self.byteTokens = part.bool("byte_fallback", false) ? tokens.byteTokens : nil
        self.unknownScore = (document.scores.min() ?? 0) - Self.unknownPenalty
        let list = document.tokens
        let sorted = list.bytes.withUnsafeBytes { bytes in
            (0..<list.count).filter { !list.range($0).isEmpty }.sorted { first, second in
                bytes[list.range(first)].lexicographicallyPrecedes(bytes[list.range(second)])
            }
        }
        self.sorted = sorted.map(TokenID.init)
        var places = [Int](repeating: 0, count: 257)
        for id in sorted { places[Int(list.bytes[list.range(id).lowerBound]) + 1] += 1 }
        for byte in 0..<256 { places[byte + 1] += places[byte] }
        self.firstPlaces = places
    }

    func encode(_ piece: UnsafeRawBufferPointer, into output: inout [TokenID]) {
        let nodes = self.bestPaths(piece)
        var steps = [(range: Range<Int>, token: TokenID)]()
        var end = piece.count
        while end > 0, nodes[end].start >= 0 {
            steps.append((nodes[end].start..<end, nodes[end].token))
            end = nodes[end].start
        }
        var index = steps.count - 1
        while index >= 0 {
            var (range, token) = steps[index]
            index -= 1
            while self.fusesUnknown, token == self.unknown, index >= 0, steps[index].token == token {
                range = range.lowerBound..<steps[index].range.upperBound
                index -= 1
            }
            self.append(piece.part(range), token, to: &output)
        }
    }

    /// Appends a step's token, or what an unknown one falls back to.
    private func append(_ text: UnsafeRawBufferPointer, _ token: TokenID, to output: inout [TokenID]) {
        guard token == self.unknown || token < 0 else { return output.append(token) }
        if let byteTokens, self.tokens.find(text) < 0 {
            for byte in text { output.append(byteTokens[Int(byte)]) }
        } else if let unknown = self.unknown {
            output.append(unknown)
        }
    }

    /// The best way to each byte at which a token may end.
    private func bestPaths(_ piece: UnsafeRawBufferPointer) -> [Node] {
        let bytes = piece.assumingMemoryBound(to: UInt8.self)
        var nodes = [Node](repeating: Node(), count: piece.count + 1)
        var start = 0
        while start < piece.count {
            let base = nodes[start].score
            let length = ScalarBytes.scalar(bytes, start).length
            var hasSingle = false
            self.forEachPrefix(of: bytes, from: start) { token, end in
                Self.improve(&nodes[end], start, token, base + self.scores[Int(token)])
                if end == start + length { hasSingle = true }
            }
            if !hasSingle {
                Self.improve(&nodes[start + length], start, self.unknown ?? -1, base + self.unknownScore)
            }
            start += length
        }
        return nodes
    }

    private static func improve(_ node: inout Node, _ start: Int, _ token: TokenID, _ score: Double) {
        if node.start < 0 || score > node.score { node = Node(score: score, start: start, token: token) }
    }

    /// Calls a closure with each token that the text goes on with at a byte, the shortest first.
    private func forEachPrefix(
        of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (TokenID, _ end: Int) -> Void
    ) {
        var low = self.firstPlaces[Int(text[start])]
        var high = self.firstPlaces[Int(text[start]) + 1]
        let list = self.tokens.strings
        list.bytes.withUnsafeBufferPointer { all in
            var depth = 1
            while low < high {
                if list.range(Int(self.sorted[low])).count == depth {
                    body(self.sorted[low], start + depth)
                    low += 1
                }
                guard start + depth < text.count, depth < self.tokens.longest else { return }
                let byte = text[start + depth]
                let place = depth
                low = Self.partition(low, high) { all[list.range(Int(self.sorted[$0])).lowerBound + place] < byte }
                high = Self.partition(low, high) { all[list.range(Int(self.sorted[$0])).lowerBound + place] <= byte }
                depth += 1
            }
        }
    }

    /// The first place of a range at which a condition, true up to some place, is false.
    private static func partition(_ low: Int, _ high: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
