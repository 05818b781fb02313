// SPDX-License-Identifier: Apache-2.0

@Generable(description: "A cat")
public struct Cat: Sendable {
    public var id: GenerationID
    @Guide(description: "In years", .range(0...20))
    public var age: Int
    public var nickname: String?
}

@Generable
enum Mood { case calm, wild }

@Generable
enum Act {
    case say(String)
    case go(to: String, steps: Int?)
}
