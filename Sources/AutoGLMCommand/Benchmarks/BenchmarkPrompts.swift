// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// Prompts of plain text that differ from their first words on, so that no cache of prefixes helps where none should.
struct BenchmarkPrompts: Sendable {
    private let tokenizer: Tokenizer

    init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// The prompt of a number; the same number always gives the same text.
    ///
    /// - Parameters:
    ///   - number: Which prompt.
    ///   - count: Its length in tokens.
    func prompt(_ number: Int, tokens count: Int) -> [TokenID] {
        var tokens = self.tokenizer.encode("\(number + 1). My dear friend,", addSpecial: false, parseSpecial: false)
        // Steps and starts of a prime number of sentences give a different order to each of the first 342 numbers.
        let (start, step) = (number, 1 + number / Self.sentences.count % (Self.sentences.count - 1))
        var place = 0
        while tokens.count < count {
            let sentence = Self.sentences[(start + place * step) % Self.sentences.count]
            tokens += self.tokenizer.encode(" " + sentence, addSpecial: false, parseSpecial: false)
            place += 1
        }
        return Array(tokens.prefix(count))
    }

    private static let sentences = [
        "The harbour was quiet when the first boats came back, and men in heavy coats stood on the wall and counted sails.",
        "The women who had waited since four o'clock put down their baskets and looked at the sky.",
        "It would rain before noon, somebody said, and somebody else answered that it had rained every Tuesday this year.",
        "A clerk from the customs house, 37 years in service, walked along the quay with his ledger under his arm.",
        "He wrote down 12 crates of oranges, 8 barrels of oil and one piano without its stool.",
        "He wrote slowly, because the ink was cold and because nobody had ever asked him to hurry.",
        "My sister sends her greetings and asks whether the blue house by the church has been sold.",
        "The bridge is closed again, so the carts go round by the mill and come home after dark.",
        "We have counted the money twice, and both times there were four coins more than there should be.",
        "In the evening the teacher read to us about an island on which it never becomes winter.",
        "The old captain keeps a map in his kitchen, but he has forgotten which of the seas it shows.",
        "If the wind turns to the north, we shall stay another week and mend the nets.",
        "The baker's son has learned to play the trumpet, and the whole street has learned it with him.",
        "There were three strangers on the ferry, and each of them carried a clock.",
        "The doctor says that the leg will be as good as new if only grandfather would sit still.",
        "Yesterday a letter came from the city with a stamp that none of us had ever seen.",
        "The lamp in the tower burns all night now, and the children say that it is the moon's brother.",
        "I have put the seeds that you asked for into the box with the green ribbon.",
        "Nobody knows who rang the bell on Sunday, though everybody has a theory and most of them have two.",
    ]
}
