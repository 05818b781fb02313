// SPDX-License-Identifier: Apache-2.0

/// A cat.
@Generable(description: "A cat")
public struct Cat: Sendable {
    /// Tells cats apart.
    public var id: GenerationID
    /// In years.
    @Guide(description: "In years", .range(0...20))
    public var age: Int
    /// What friends call it.
    public var nickname: String?
}

@Generable
enum Mood { case calm, wild }

@Generable
enum Act {
    case say(String)
    case go(to: String, steps: Int?)
}
