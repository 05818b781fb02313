// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import OrderedCollections
internal import TaskModels

/// Dialogues of a small world, to try training with: users ask for things, and agree, change their mind or ask on in words that
/// say nothing without the turns before them.
package enum SampleDialogues {
    private struct Domain {
        let name: String
        let requests: [String]
        let fillers: [String: [String]]
        let offers: [String]
    }

    private static let domains = [
        Domain(
            name: "restaurant",
            requests: [
                "I want a table for {people} at a {food} place", "Find me a {food} restaurant",
                "Somewhere {food} to eat tonight",
                "Is there good {food} food nearby?", "We are {people} and hungry for something {food}",
            ],
            fillers: [
                "people": ["two", "3", "four", "6 people"],
                "food": ["Thai", "Italian", "cheap", "vegetarian", "Greek"],
            ],
            offers: [
                "The Olive Tree has a free table at 7 pm. Shall I reserve it?",
                "I found Casa Rosa. Do you want a reservation?",
            ]),
        Domain(
            name: "taxi",
            requests: [
                "I need a ride to the {place}", "Get me a cab to the {place}", "How do I get to the {place} quickly?",
                "Pick me up and bring me to the {place}",
            ],
            fillers: ["place": ["airport", "station", "old town", "hospital", "museum"]],
            offers: ["A car can be there in 5 minutes. Shall I call it?", "That is about 14 euros. Do you want it?"]),
        Domain(
            name: "cinema",
            requests: [
                "What is on at the {house}?", "I would like to see a {kind}", "Two tickets for a {kind}, please",
                "Are there any {kind}s this evening?",
            ],
            fillers: ["house": ["Rex", "Odeon", "Lumen"], "kind": ["comedy", "thriller", "western", "cartoon"]],
            offers: [
                "Night Train is shown at 20:15. Shall I buy tickets?",
                "There are seats left for Blue Hill. Do you want some?",
            ]),
        Domain(
            name: "music",
            requests: [
                "Play some {style}", "I feel like {style} right now", "Put on something {style}",
                "Any good {style} songs?",
            ],
            fillers: ["style": ["jazz", "rock", "slow", "old soul", "piano music"]],
            offers: ["How about Paper Moon? Shall I play it?", "I have found the album Tide. Do you want to hear it?"]),
        Domain(
            name: "weather",
            requests: [
                "Will it {fall} {day}?", "Do I need an umbrella {day}?", "How warm will it be {day}?",
                "What is the weather like {day}?",
            ],
            fillers: [
                "fall": ["rain", "snow", "storm"], "day": ["tomorrow", "on Sunday", "at the weekend", "tonight"],
            ],
            offers: [
                "It stays dry, 17 degrees. Shall I tell you when that changes?",
                "Rain until noon. Do you want a warning?",
            ]),
    ]
    private static let replies = [
        "confirm": ["Yes", "Yes, please", "Sure, go ahead", "That sounds good", "Perfect, do that", "ok"],
        "reject": ["No", "No, thanks", "Not that one", "Rather not", "Hm, no, I don't like that"],
        "more": [
            "Is there something else?", "What else is there?", "Another one, please", "Show me more",
            "Anything different?",
        ],
    ]
    private static let closings = ["Thanks, that is all", "Thank you, bye", "Great, see you", "Nothing else, thanks"]

    /// So many dialogues, the same for the same seed.
    package static func dialogues(_ count: Int, seed: UInt64) -> [LabelledDialogue] {
        var generator = SeededNumbers(seed: seed)
        return (0..<count).map { _ in Self.dialogue(&generator) }
    }

    private static func dialogue(_ generator: inout SeededNumbers) -> LabelledDialogue {
        var dialogue = LabelledDialogue(turns: [], intents: [])
        func say(_ speaker: DialogueTurn.Speaker, _ text: String, _ intent: String?) {
            dialogue.turns.append(DialogueTurn(speaker, text))
            dialogue.intents.append(intent)
        }
        for domain in Self.domains.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator)) {
            say(.user, Self.request(domain, &generator), "\(domain.name).find")
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                say(.system, Self.pick(domain.offers, &generator), nil)
                let kind = Self.pick(["confirm", "confirm", "reject", "more"], &generator)
                say(.user, Self.pick(Self.replies[kind] ?? [], &generator), "\(domain.name).\(kind)")
                if kind == "confirm" { break }
            }
            say(.system, "Is there anything else that I can do for you?", nil)
        }
        say(.user, Self.pick(Self.closings, &generator), "goodbye")
        return dialogue
    }

    private static func request(_ domain: Domain, _ generator: inout SeededNumbers) -> String {
        var text = Self.pick(domain.requests, &generator)
        for (name, values) in domain.fillers.sorted(by: { $0.key < $1.key }) {
            text.replace("{\(name)}", with: Self.pick(values, &generator))
        }
        return text
    }

    private static func pick(_ texts: [String], _ generator: inout SeededNumbers) -> String {
        texts.randomElement(using: &generator) ?? ""
    }
}

extension LabelledDialogue {
    /// The dialogue as a line of a data file.
    package var line: String {
        let turns = zip(self.turns, self.intents).map { turn, intent -> JSONValue in
            var json: JSONValue = ["speaker": .string(turn.speaker.rawValue), "text": .string(turn.text)]
            if let intent {
                json = [
                    "speaker": .string(turn.speaker.rawValue), "text": .string(turn.text), "intent": .string(intent),
                ]
            }
            return json
        }
        return JSONValue.object(["turns": .array(turns)]).serialized()
    }
}
