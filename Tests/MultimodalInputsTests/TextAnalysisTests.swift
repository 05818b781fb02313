// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import OrderedCollections
import Testing

@Suite("What texts say of themselves")
struct TextAnalysisTests {
    @Test(
        "The language is told",
        arguments: [
            ("en", "Would you please tell me when the next train to the city leaves?"),
            ("en", "The quick brown dog jumped over the lazy fox."), ("en", "Please go forward and then turn left."),
            ("de", "Könnten Sie mir bitte sagen, wann der nächste Zug in die Stadt fährt?"),
            ("de", "Das Wetter ist heute sehr schön."),
            ("fr", "Pourriez-vous me dire quand part le prochain train pour la ville ?"),
            ("fr", "Il fait beau aujourd'hui."), ("es", "¿Podría decirme cuándo sale el próximo tren a la ciudad?"),
            ("it", "Mi può dire quando parte il prossimo treno per la città?"),
            ("pt", "Você pode me dizer quando sai o próximo trem para a cidade?"),
            ("nl", "Kunt u mij zeggen wanneer de volgende trein naar de stad vertrekt?"), ("zh", "请告诉我下一班去城里的火车几点开。"),
            ("ja", "次の電車は何時に出ますか。"), ("ko", "다음 기차는 언제 출발합니까?"), ("ru", "Скажите, когда отправляется следующий поезд?"),
            ("sr", "Време је лепо данас, каже љубазни човек."), ("uk", "Скажіть, коли відправляється наступний потяг?"),
            ("bg", "Времето днес е хубаво, но утре ще вали дъжд."), ("el", "Ωραίος καιρός σήμερα."),
            ("fa", "امروز هوا خوبه و چای گرم است."),
            ("ar", "الطقس جميل اليوم"), ("he", "מזג האוויר יפה היום"), ("th", "วันนี้อากาศดี"), ("hi", "आज मौसम अच्छा है"),
        ])
    func language(language: String, text: String) {
        let guess = LanguageIdentifier().identify(text)
        #expect(guess.language == language && guess.confidence > 0.5 && guess.confidence <= 1.000_001)
    }

    @Test("What has no letters has no language", arguments: ["", "12 + 30 = 42", "!?", "🙂🙂"])
    func nothing(text: String) {
        let guess = LanguageIdentifier().identify(text)
        #expect(guess.language == "und" && guess.confidence == 0)
    }

    @Test(
        "Sentences end where they do, not at abbreviations and numbers",
        arguments: [
            ("One. Two! Three?", ["One.", "Two!", "Three?"]),
            ("Dr. Smith paid 3.50 dollars. Then he left.", ["Dr. Smith paid 3.50 dollars.", "Then he left."]),
            ("今天天气好。我们走吧！", ["今天天气好。", "我们走吧！"]), ("He said \"Go.\" She went.", ["He said \"Go.\"", "She went."]),
            ("J. R. Tolkien wrote it.", ["J. R. Tolkien wrote it."]),
            ("First line\n\nSecond", ["First line", "Second"]),
            ("wait... what", ["wait... what"]), ("", []),
        ])
    func sentences(text: String, sentences: [String]) { #expect(TextAnalysis(text).sentences == sentences) }

    @Test(
        "Tokens are words, numbers, addresses and marks; Chinese characters stand alone",
        arguments: [
            ("Don't pay 1,000.50 at 10:30!", ["Don't", "pay", "1,000.50", "at", "10:30", "!"]),
            ("见 https://a.example/x?y=1.", ["见", "https://a.example/x?y=1", "."]),
            ("我有2台GPU", ["我", "有", "2", "台", "GPU"]),
            ("a@b.example, c", ["a@b.example", ",", "c"]), ("well-known - yes", ["well-known", "-", "yes"]),
        ])
    func tokens(text: String, tokens: [String]) { #expect(TextAnalysis(text).tokens.map(\.text) == tokens) }

    @Test(
        "What a text names is found",
        arguments: [
            (
                "Meet Dr. Jane Smith at 10:30 am on March 12, 2026.",
                [("person", "Dr. Jane Smith"), ("time", "10:30 am"), ("date", "March 12, 2026")]
            ),
            ("We paid $20 and 30 euros, 5 % more.", [("money", "$20"), ("money", "30 euros"), ("percentage", "5 %")]),
            (
                "Mail me@host.example or see www.host.example",
                [("mail", "me@host.example"), ("link", "www.host.example")]
            ),
            (
                "Stanford University is far from New York.",
                [("organization", "Stanford University"), ("place", "New York")]
            ),
            ("It runs 10 km on 2026-11-30.", [("quantity", "10 km"), ("date", "2026-11-30")]),
            ("我住在北京市，2026年11月30日去清华大学。", [("place", "北京市"), ("date", "2026年11月30日"), ("organization", "清华大学")]),
            ("他花了50元给王先生。", [("money", "50元"), ("person", "王先生")]), ("nothing here", []),
        ] as [(String, [(String, String)])])
    func entities(text: String, entities: [(String, String)]) {
        let found = TextAnalysis(text).entities
        #expect(found.map(\.kind.rawValue) == entities.map(\.0) && found.map(\.text) == entities.map(\.1), "\(found)")
    }

    @Test(
        "Long and strange texts take no longer than their length",
        arguments: ["a", "A ", "中", "1:", "@", "\u{301}", "http://", ". ", "'"])
    func hostile(piece: String) {
        let analysis = TextAnalysis(String(repeating: piece, count: 20_000))
        #expect(analysis.language.confidence.isFinite)
    }

    @Test("The handler tells what was found, tokens where they are asked for")
    func handler() async throws {
        let event = InputEvent(.text, .text("The train leaves at 10:30."), timestamp: 0, source: "a")
        let plain = try await TextHandler().handle(event)
        #expect(
            plain.text == "The train leaves at 10:30." && plain.details["language"] == "en"
                && plain.details["tokens"] == nil)
        #expect(plain.details["entities"] == [["kind": "time", "text": "10:30"]])
        let listed = try await TextHandler(listsTokens: true).handle(event)
        #expect(listed.details["tokens"]?.arrayValue?.count == 6)
    }
}
