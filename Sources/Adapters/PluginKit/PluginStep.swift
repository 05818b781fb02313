// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// One thing that a plugin can do, with the types of what it takes and gives.
public struct PluginStep<Definition: Sendable>: Sendable {
    let name: String
    let description: String
    let input: any (Decodable & Sendable).Type
    let output: any (Decodable & Sendable).Type
    let run: @Sendable (Definition, [UInt8]) async throws -> [UInt8]

    /// Makes a step.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - description: What it does.
    ///   - body: What is done with the plugin and an input.
    public init<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ name: String, _ description: String,
        _ body: @escaping @Sendable (Definition, Input) async throws -> Output
    ) {
        (self.name, self.description) = (name, description)
        (self.input, self.output) = (Input.self, Output.self)
        self.run = { definition, bytes in
            let input: Input
            do { input = try JSONDecoder().decode(Input.self, from: Data(bytes)) } catch {
                throw PluginFailure("bad-input", "\(error)")
            }
            return try Array(JSONEncoder().encode(await body(definition, input)))
        }
    }
}
