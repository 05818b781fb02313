// SPDX-License-Identifier: Apache-2.0

// On Apple's systems: import FoundationModels
import OpenAutoGLM

/// Asks for a menu whose form is known only when the program runs.
@main
struct MenuDesigner {
    static func main() async throws {
        let soups = ["leek", "tomato", "pumpkin"]
        let menu = DynamicGenerationSchema(
            name: "Menu",
            properties: [
                DynamicGenerationSchema.Property(
                    name: "soup", description: "The soup of the day",
                    schema: DynamicGenerationSchema(name: "Soup", anyOf: soups)),
                DynamicGenerationSchema.Property(
                    name: "desserts", description: "Two desserts",
                    schema: DynamicGenerationSchema(
                        arrayOf: DynamicGenerationSchema(type: String.self), minimumElements: 2, maximumElements: 2)),
            ])
        let schema = try GenerationSchema(root: menu, dependencies: [])
        let session = LanguageModelSession()
        let response = try await session.respond(
            to: "Design a menu for an autumn evening.", schema: schema, options: GenerationOptions(sampling: .greedy))
        let soup = try response.content.value(String.self, forProperty: "soup")
        let desserts = try response.content.value([String].self, forProperty: "desserts")
        print("Soup: \(soup)\nDesserts: \(desserts.joined(separator: ", "))")
    }
}
