// SPDX-License-Identifier: Apache-2.0

import Foundation
import GuidedGeneration
import JSONSchemas
import LLMCore
import OpenAutoGLM
import Testing

@Suite("@Generable makes types that write, describe and read themselves")
struct GenerableTests {
    private static let task = Task(name: "a", subtasks: [Task(name: "b", subtasks: [])])
    private static let tagged = Tagged(code: "ab-12", upper: nil, kind: "fixed")
    private static let page = Page(items: [Trip.example], next: 0.1)

    @Test("A value is the same after it was written and read")
    func roundTrips() throws {
        #expect(try Trip(Trip.example.generatedContent) == .example)
        #expect(try Task(GeneratedContent(json: Self.task.generatedContent.jsonString)) == Self.task)
        #expect(try Tagged(Self.tagged.generatedContent) == Self.tagged)
        #expect(try Page<Trip>(Self.page.generatedContent) == Self.page)
    }

    @Test(
        "Cases survive too, and what they write fits their schema",
        arguments: [
            (Encounter.order("tea"), #"{"case":"order","value":"tea"}"#),
            (.complain(about: "tea", urgency: 2), #"{"case":"complain","about":"tea","urgency":2}"#),
            (.leave, #"{"case":"leave"}"#),
        ])
    func cases(encounter: Encounter, json: String) throws {
        #expect(encounter.generatedContent.jsonString == json)
        #expect(try Encounter(GeneratedContent(json: json)) == encounter)
        #expect(try JSONSchema(Encounter.generationSchema.jsonSchema).isValid(JSONValue(parsing: json)))
        #expect(
            try Encounter(Encounter.complain(about: "x", urgency: nil).generatedContent)
                == .complain(about: "x", urgency: nil))
    }

    @Test("What a type writes fits its schema; what breaks a guide does not")
    func schemas() throws {
        let contents: [(GenerationSchema, GeneratedContent)] = [
            (Trip.generationSchema, Trip.example.generatedContent), (Task.generationSchema, Self.task.generatedContent),
            (Tagged.generationSchema, Self.tagged.generatedContent),
            (Page<Trip>.generationSchema, Self.page.generatedContent),
            (Season.generationSchema, Season.default.generatedContent),
        ]
        for (schema, content) in contents {
            let violations = try JSONSchema(schema.jsonSchema).validate(JSONValue(parsing: content.jsonString))
            #expect(violations.isEmpty, "\(schema.name): \(violations)")
        }
        var trip = Trip.example
        trip.rating = 6
        trip.days[0].number = 0
        trip.days[1].activities = ["fly"]
        let violations = try JSONSchema(Trip.generationSchema.jsonSchema)
            .validate(JSONValue(parsing: trip.generatedContent.jsonString))
        #expect(Set(violations.map(\.instancePointer)) == ["/rating", "/days/0/number", "/days/1/activities/0"])
    }

    @Test("Descriptions, names, order and missing values go into the schema")
    func details() {
        let trip = Trip.generationSchema.jsonSchema
        #expect(trip["title"] == "Trip" && trip["description"] == "A trip")
        #expect(trip["properties"]?["title"]?["description"] == "A title in a few words")
        #expect(trip["x-order"] == ["title", "season", "days", "rating", "budget", "note", "isShared"])
        #expect(trip["required"] == ["title", "season", "days", "rating", "budget", "isShared"])
        #expect(trip["additionalProperties"] == false)
        #expect(trip["$defs"]?["Day"]?["x-order"] == ["number", "activities"])
        let tagged = Tagged.generationSchema
        #expect(tagged.name == "Label")
        #expect(tagged.jsonSchema["required"] == ["code", "upper", "kind"])
        #expect(Self.tagged.generatedContent.jsonString == #"{"code":"ab-12","upper":null,"kind":"fixed"}"#)
        #expect(!Trip.example.generatedContent.jsonString.contains("note"))
    }

    @Test("Of each beginning of a value a part is known, and it grows")
    func partials() throws {
        let text = Trip.example.generatedContent.jsonString
        var reader = PartialJSONReader(response: GenerationID())
        var titles: [String] = []
        var days: [[GenerationID]] = []
        var last: Trip.PartiallyGenerated?
        for scalar in text.unicodeScalars {
            try reader.append(String(scalar))
            guard let content = reader.content else { continue }
            let part = try Trip.PartiallyGenerated(content)
            if let title = part.title { titles.append(title) }
            if let found = part.days { days.append(found.map(\.id)) }
            #expect(last.map { $0.id == part.id } ?? true)
            last = part
        }
        #expect(titles.first == "" && zip(titles, titles.dropFirst()).allSatisfy { $1.hasPrefix($0) })
        #expect(zip(days, days.dropFirst()).allSatisfy { $1.starts(with: $0) })
        let whole = try #require(last)
        #expect(whole.season == .lateSummer && whole.days?.last?.number == 2 && whole.note == nil)
        #expect(whole.days?.first?.activities == ["walk", "swim"] && whole.isShared == true)
    }

    @Test("A choice is known when it is whole, since one may begin as another")
    func choices() throws {
        let open = try Trip.PartiallyGenerated(GeneratedContent(json: #"{"season":"summer"#))
        #expect(open.season == nil)
        let closed = try Trip.PartiallyGenerated(GeneratedContent(json: #"{"season":"summer""#))
        #expect(closed.season == .summer)
        let wrong = try GeneratedContent(json: #"{"season":"winter"}"#)
        let error = #expect(throws: GeneratedContentError.self) { _ = try Trip.PartiallyGenerated(wrong) }
        #expect(
            error?.message
                == "The property 'season' is 'winter'; it must be one of: spring, summer, lateSummer, default.")
    }

    @Test("A whole value has a partial form with everything in it")
    func asPartiallyGenerated() {
        let part = Trip.example.asPartiallyGenerated()
        #expect(part.title == "Lakes" && part.days?.count == 2 && part.days?.first?.id == Trip.example.days.first?.id)
        #expect(part.note == nil && part.season == .lateSummer)
    }
}
