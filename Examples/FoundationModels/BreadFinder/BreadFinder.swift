// SPDX-License-Identifier: Apache-2.0

// On Apple's systems: import FoundationModels
import OpenAutoGLM

/// Looks for recipes in a small collection.
struct BreadDatabaseTool: Tool {
    let name = "searchBreadDatabase"
    let description = "Searches a local database for bread recipes."

    @Generable
    struct Arguments {
        @Guide(description: "The kind of bread to search for")
        var searchTerm: String
        @Guide(description: "The number of recipes to get", .range(1...3))
        var limit: Int
    }

    private static let recipes = ["Rye sourdough", "Sourdough baguette", "Focaccia with rosemary", "Milk bread"]

    func call(arguments: Arguments) async throws -> [String] {
        let term = arguments.searchTerm.lowercased()
        let found = Self.recipes.filter { $0.lowercased().contains(term) }
        let shown = (found.isEmpty ? Self.recipes : found).prefix(arguments.limit)
        print("(searched for '\(arguments.searchTerm)': \(shown.joined(separator: ", ")))")
        return shown.map { "Recipe for '\($0)'." }
    }
}

/// Asks for recipes; the model looks them up before it answers.
@main
struct BreadFinder {
    static func main() async throws {
        let session = LanguageModelSession(
            tools: [BreadDatabaseTool()], instructions: "Help the person with finding bread recipes.")
        // A small model does not always think of its tools, so it is told to use one.
        let options = GenerationOptions(
            samplingMode: .greedy, maximumResponseTokens: 80, toolCallingMode: .required)
        do {
            let response = try await session.respond(to: "Find two sourdough bread recipes.", options: options)
            print(response.content)
        } catch let error as LanguageModelSession.ToolCallError {
            print("The tool \(error.tool.name) failed: \(error.underlyingError)")
        }
        for case .toolCalls(let calls) in session.transcript {
            for call in calls { print("called \(call.toolName) with \(call.arguments.jsonString)") }
        }
    }
}
