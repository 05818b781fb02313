// SPDX-License-Identifier: Apache-2.0

// On Apple's systems: import FoundationModels
import OpenAutoGLM

/// A trip, as a model is to write it.
@Generable(description: "A plan for a trip")
struct Itinerary {
    @Guide(description: "A short, inviting title")
    var title: String
    @Guide(description: "Why this plan suits the traveller")
    var rationale: String
    @Guide(description: "The days of the trip", .count(2))
    var days: [DayPlan]
}

/// One day of it.
@Generable
struct DayPlan {
    @Guide(description: "What the day is about")
    var subtitle: String
    @Guide(description: "What to do, in order", .maximumCount(2))
    var activities: [Activity]
}

/// Something to do.
@Generable
struct Activity {
    var kind: Kind
    @Guide(description: "What is to be seen or done")
    var title: String
}

/// What sort of thing it is.
@Generable
enum Kind {
    case sightseeing, food, hotel
}

/// Plans a trip, and shows the plan while it is being written.
@main
struct TripPlanner {
    static func main() async throws {
        guard case .available = SystemLanguageModel.default.availability else {
            print("The default model is not there yet.")
            return
        }
        let session = LanguageModelSession {
            "You plan trips."
            "Each day has something to see, to do, and to eat."
        }
        session.prewarm()
        let stream = session.streamResponse(
            generating: Itinerary.self, options: GenerationOptions(sampling: .greedy)
        ) {
            "Plan a trip to the sea."
            "Give it a fun title."
        }
        var days = 0
        for try await snapshot in stream {
            guard let plan = snapshot.content.days, plan.count > days else { continue }
            days = plan.count
            print("… day \(days)")
        }
        let itinerary = try await stream.collect().content
        print(itinerary.title)
        for day in itinerary.days {
            print("* \(day.subtitle)")
            for activity in day.activities { print("  - \(activity.title) (\(activity.kind))") }
        }
    }
}
