// SPDX-License-Identifier: Apache-2.0
package import ModelFiles

/// Turns text into a model's tokens and back; immutable, to be shared by any number of threads.
package final class Tokenizer: Sendable {
    /// How many tokens there are.
    package let vocabularySize: Int

    /// The tokens by the part they play.
    private let special: SpecialTokens

    /// Does the work.
    let core: any TokenizerCore

    /// Makes the tokenizer of a model file.
    ///
    /// - Throws: ``TokenizerError`` or `ModelFileError` when the file lacks a vocabulary or has one that is not supported.
    package convenience init(gguf file: GGUFFile) throws {
        try self.init(vocabulary: Vocabulary(gguf: file))
    }

    /// Makes the tokenizer of a vocabulary.
    ///
    /// - Throws: ``TokenizerError`` when the vocabulary contradicts itself or needs something that is not supported.
    package convenience init(vocabulary: Vocabulary) throws {
        let special = SpecialTokens(vocabulary)
        self.init(
            core: try VocabularyCore(vocabulary, special: special), special: special,
            vocabularySize: vocabulary.tokens.count)
    }

    /// Puts a tokenizer together.
    init(core: any TokenizerCore, special: SpecialTokens, vocabularySize: Int) {
        self.core = core
        self.special = special
        self.vocabularySize = vocabularySize
    }

    /// The tokens that ``encode(_:addSpecial:parseSpecial:)`` with `addSpecial` puts before a text.
    package var prefix: [TokenID] { self.core.prefix }

    /// The tokens that ``encode(_:addSpecial:parseSpecial:)`` with `addSpecial` puts behind a text.
    package var suffix: [TokenID] { self.core.suffix }

    /// Whether the model sees a space before text that begins without one.
    package var addsSpacePrefix: Bool { self.core.addsSpacePrefix }

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
    ///   - followsText: Whether the text goes on where another ends, so that no space is put before it.
    package func encode(
        bytes: UnsafeRawBufferPointer, addSpecial: Bool, parseSpecial: Bool, followsText: Bool = false
    ) -> [TokenID] {
        var output = [TokenID]()
        output.reserveCapacity(bytes.count / 4 + 4)
        if addSpecial { output.append(contentsOf: self.prefix) }
        self.core.encode(bytes, parseSpecial: parseSpecial, followsText: false, into: &output)
        if addSpecial { output.append(contentsOf: self.suffix) }
        return output
    }

    /// The token with a spelling, as the model file writes it.
    package func id(of piece: String) -> TokenID? { self.core.token(spelled: piece) }

    /// What a token is for; undefined when there is no such token.
    package func kind(_ id: TokenID) -> TokenKind {
        self.special.kinds.indices.contains(Int(id)) ? self.special.kinds[Int(id)] : .undefined
    }

    /// Whether a token steers the model and is not part of the text.
    package func isControl(_ id: TokenID) -> Bool { [.control, .unknown].contains(self.kind(id)) }

    /// Whether a token stands apart from ordinary text: control tokens, the unknown token and user-defined ones.
    package func isSpecial(_ id: TokenID) -> Bool { self.isControl(id) || self.kind(id) == .userDefined }

    /// Whether there is a token of a number.
    func has(_ id: TokenID) -> Bool { id >= 0 && Int(id) < self.vocabularySize }

    /// The bytes a token stands for, those of control tokens being their names; nil when there is no such token.
    package func bytes(of id: TokenID) -> [UInt8]? {
        self.has(id) ? Array(self.core.pieces[Int(id)]) : nil
    }

    /// The bytes of a token that exists, without a copy.
    package func piece(_ id: TokenID) -> ArraySlice<UInt8> { self.core.pieces[Int(id)] }

    /// Appends the bytes a token stands for, without making an array of them.
    ///
    /// - Returns: False when there is no such token.
    @discardableResult
    package func appendBytes(of id: TokenID, to bytes: inout [UInt8]) -> Bool {
        guard self.has(id) else { return false }
        bytes.append(contentsOf: self.core.pieces[Int(id)])
        return true
    }

    /// The bytes of tokens that exist.
    func wholeText(of ids: [TokenID]) -> [UInt8] { self.core.decode(ids, isControl: self.isControl) }
}
