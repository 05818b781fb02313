// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
package import ModelFiles

/// What `Q4_K_M` and the like stand for: the type of most tensors, and what gets more bits.
package struct QuantizationRecipe: Sendable, Hashable {
    /// How many tensors get more bits than the others.
    enum Size: Sendable, Hashable {
        case plain
        case small
        case medium
        case large
    }

    /// The name as users and tools write it.
    package let name: String

    /// The type of most tensors.
    package let type: TensorType

    /// What `general.file_type` says.
    package let fileType: UInt32

    let size: Size

    private init(_ name: String, _ type: TensorType, _ fileType: UInt32, _ size: Size = .plain) {
        self.name = name
        self.type = type
        self.fileType = fileType
        self.size = size
    }

    /// Every recipe, the largest first.
    package static let all: [Self] = [
        Self("F32", .f32, 0), Self("F16", .f16, 1), Self("BF16", .bf16, 32), Self("Q8_0", .q8_0, 7),
        Self("Q6_K", .q6_K, 18), Self("Q5_K_M", .q5_K, 17, .medium), Self("Q5_K_S", .q5_K, 16, .small),
        Self("Q5_1", .q5_1, 9), Self("Q5_0", .q5_0, 8), Self("Q4_K_M", .q4_K, 15, .medium),
        Self("Q4_K_S", .q4_K, 14, .small), Self("Q4_1", .q4_1, 3), Self("Q4_0", .q4_0, 2),
        Self("IQ4_NL", .iq4_nl, 25), Self("Q3_K_L", .q3_K, 13, .large), Self("Q3_K_M", .q3_K, 12, .medium),
        Self("Q3_K_S", .q3_K, 11, .small), Self("Q2_K", .q2_K, 10),
    ]

    /// Short names for the usual mix.
    private static let aliases = ["Q5_K": "Q5_K_M", "Q4_K": "Q4_K_M", "Q3_K": "Q3_K_M"]

    /// Finds a recipe, whatever the case of the letters.
    ///
    /// - Throws: ``QuantizationError`` with code `.unknownType` that names the nearest one.
    package init(named name: String) throws {
        let upper = name.uppercased()
        let full = Self.aliases[upper] ?? upper
        guard let found = Self.all.first(where: { $0.name == full }) else {
            let known = Self.all.map(\.name)
            throw QuantizationError(
                .unknownType,
                "There is no type '\(name)' to write. \(NearestName.hint(for: name, in: known))")
        }
        self = found
    }
}
