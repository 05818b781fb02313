// SPDX-License-Identifier: Apache-2.0

import Foundation
public import OpenAutoGLM

/// A trip, with everything that a structure can have.
@Generable(description: "A trip")
struct Trip: Equatable, Sendable {
    @Guide(description: "A title in a few words")
    var title: String
    var season: Season
    @Guide(description: "The days, in order", .count(1...3))
    var days: [Day]
    @Guide(.range(0...5))
    var rating: Double
    var budget: Decimal
    var note: String?
    var isShared: Bool

    @Generable
    struct Day: Equatable, Sendable {
        var id: GenerationID
        @Guide(description: "From 1", .minimum(1))
        var number: Int
        @Guide(.maximumCount(2), .element(.anyOf(["walk", "swim", "rest"])))
        var activities: [String]
    }

    static let example = Trip(  // Made once, so that its days keep their identities.
        title: "Lakes", season: .lateSummer,
        days: [
            Day(id: GenerationID(), number: 1, activities: ["walk", "swim"]),
            Day(id: GenerationID(), number: 2, activities: []),
        ],
        rating: 4.5, budget: Decimal(string: "99.95") ?? 0, note: nil, isShared: true)
}

@Generable
enum Season: Sendable {
    case spring, summer, lateSummer
    case `default`
}

@Generable(description: "What a guest does")
enum Encounter: Equatable, Sendable {
    case order(String)
    case complain(about: String, urgency: Int?)
    case leave
}

@Generable
struct Task: Equatable {
    var name: String
    var subtasks: [Task]
}

@Generable(name: "Label", representNilExplicitlyInGeneratedContent: true)
struct Tagged: Equatable {
    @Guide(description: "An identifier", .pattern(/[a-z]{2}-\d+/))
    let code: String
    @Guide(/[A-Z]+/)
    var upper: String?
    @Guide(.constant("fixed"))
    var kind: String
    let version = 3
    var doubled: Int { self.version * 2 }
}

/// A page of items.
@Generable
public struct Page<Item: Generable & Equatable & Sendable>: Equatable, Sendable {
    /// What is on it.
    public var items: [Item]
    /// Where the next one begins.
    public var next: Float?
}
