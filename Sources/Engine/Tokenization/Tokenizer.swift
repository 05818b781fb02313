// SPDX-License-Identifier: Apache-2.0
package import ModelFiles

/// Turns text into a model's tokens and back; immutable, to be shared by any number of threads.
package final class Tokenizer: Sendable {
    /// How many tokens there are.
    package let vocabularySize: Int

    /// The tokens by the part they play.
    private let special: SpecialTokens

    /// Finds special tokens in text.
    private let splitter: SpecialTokenSplitter

    /// Encodes the text between special tokens.
    private let model: any TokenModel

    /// Whether ``encode(_:addSpecial:parseSpecial:)`` with `addSpecial` puts ``beginOfText`` first.
    package let addsBeginOfText: Bool

    /// Whether ``encode(_:addSpecial:parseSpecial:)`` with `addSpecial` puts ``endOfText`` last.
    package let addsEndOfText: Bool

    /// Whether the model sees a space before text that begins without one.
    package let addsSpacePrefix: Bool

    /// Makes the tokenizer of a model file.
    ///
    /// - Throws: ``TokenizerError`` or `ModelFileError` when the file lacks a vocabulary or has one that is not supported.
    package convenience init(gguf file: GGUFFile) throws {
        try self.init(vocabulary: Vocabulary(gguf: file))
    }

    /// Makes the tokenizer of a vocabulary.
    ///
    /// - Throws: ``TokenizerError`` when the vocabulary contradicts itself or needs something that is not supported.
    package init(vocabulary: Vocabulary) throws {
        let special = SpecialTokens(vocabulary)
        var habit = (begin: true, prefix: true)
        switch vocabulary.model {
        case .bytePair:
            let cutter = try PreTokenizer(named: vocabulary.preTokenizer)
            self.model = try BytePairModel(vocabulary, kinds: special.kinds, preTokenizer: cutter)
            habit = (begin: cutter.addsBeginOfText, prefix: false)
        case .sentencePiece:
            self.model = try SentencePieceModel(vocabulary, kinds: special.kinds, unknown: special.unknown)
        }
        self.splitter = SpecialTokenSplitter(vocabulary, kinds: special.kinds)
        self.vocabularySize = vocabulary.tokens.count
        self.addsBeginOfText = vocabulary.addsBeginOfText ?? habit.begin
        self.addsEndOfText = vocabulary.addsEndOfText ?? false
        self.addsSpacePrefix = vocabulary.model == .sentencePiece && (vocabulary.addsSpacePrefix ?? habit.prefix)
        self.special = special
    }

    /// The token with which texts begin.
    package var beginOfText: TokenID? { self.special.beginOfText }

    /// The token with which texts end.
    package var endOfText: TokenID? { self.special.endOfText }

    /// The token with which a turn of a conversation ends.
    package var endOfTurn: TokenID? { self.special.endOfTurn }

    /// The token for what the vocabulary cannot express.
    package var unknown: TokenID? { self.special.unknown }

    /// The token that fills batches.
    package var padding: TokenID? { self.special.padding }

    /// The tokens after which a model has nothing more to say.
    package var endOfGeneration: Set<TokenID> { self.special.endOfGeneration }

    /// Turns text into tokens.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - addSpecial: Whether the tokens for the beginning and the end are added, as the model wants it.
    ///   - parseSpecial: Whether the spelling of a control token becomes that token; never allow it for users' text.
    package func encode(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [TokenID] {
        var text = text
        return text.withUTF8 {
            self.encode(bytes: UnsafeRawBufferPointer($0), addSpecial: addSpecial, parseSpecial: parseSpecial)
        }
    }

    /// Turns bytes into tokens; they need not be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - addSpecial: Whether the tokens for the beginning and the end are added, as the model wants it.
    ///   - parseSpecial: Whether the spelling of a control token becomes that token.
    package func encode(bytes: [UInt8], addSpecial: Bool, parseSpecial: Bool) -> [TokenID] {
        bytes.withUnsafeBytes { self.encode(bytes: $0, addSpecial: addSpecial, parseSpecial: parseSpecial) }
    }

    /// Turns bytes into tokens; they need not be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - addSpecial: Whether the tokens for the beginning and the end are added, as the model wants it.
    ///   - parseSpecial: Whether the spelling of a control token becomes that token.
    package func encode(bytes: UnsafeRawBufferPointer, addSpecial: Bool, parseSpecial: Bool) -> [TokenID] {
        var output = [TokenID]()
        output.reserveCapacity(bytes.count / 4 + 4)
        if addSpecial, self.addsBeginOfText, let first = self.beginOfText { output.append(first) }
        var followsText = false
        for fragment in self.splitter.split(bytes, parseSpecial: parseSpecial) {
            switch fragment {
            case .token(let id):
                output.append(id)
                followsText = false
            case .text(let range):
                self.model.encode(bytes.part(range), followsText: followsText, into: &output)
                followsText = true
            }
        }
        if addSpecial, self.addsEndOfText, let last = self.endOfText { output.append(last) }
        return output
    }

    /// The token with a spelling, as the model file writes it.
    package func id(of piece: String) -> TokenID? { self.model.token(spelled: piece) }

    /// What a token is for; undefined when there is no such token.
    package func kind(_ id: TokenID) -> TokenKind {
        self.special.kinds.indices.contains(Int(id)) ? self.special.kinds[Int(id)] : .undefined
    }

    /// Whether a token steers the model and is not part of the text.
    package func isControl(_ id: TokenID) -> Bool { [.control, .unknown].contains(self.kind(id)) }

    /// Whether a token stands apart from ordinary text: control tokens, the unknown token and user-defined ones.
    package func isSpecial(_ id: TokenID) -> Bool { self.isControl(id) || self.kind(id) == .userDefined }

    /// The bytes a token stands for, those of control tokens being their names; nil when there is no such token.
    package func bytes(of id: TokenID) -> [UInt8]? {
        id >= 0 && Int(id) < self.vocabularySize ? Array(self.model.pieces[Int(id)]) : nil
    }

    /// The bytes of a token that exists, without a copy.
    package func piece(_ id: TokenID) -> ArraySlice<UInt8> { self.model.pieces[Int(id)] }

    /// Appends the bytes a token stands for, without making an array of them.
    ///
    /// - Returns: False when there is no such token.
    @discardableResult
    package func appendBytes(of id: TokenID, to bytes: inout [UInt8]) -> Bool {
        guard id >= 0, Int(id) < self.vocabularySize else { return false }
        bytes.append(contentsOf: self.model.pieces[Int(id)])
        return true
    }
}
