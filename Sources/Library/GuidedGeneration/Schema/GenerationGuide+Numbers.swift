// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Decimal
#else
public import struct Foundation.Decimal
#endif

extension GenerationGuide where Value: ConvertibleToGeneratedContent {
    fileprivate static func bounds(_ minimum: Value?, _ maximum: Value?) -> Self {
        let rules = [
            minimum.map { GuideRule.minimum($0.generatedContent.jsonValue) },
            maximum.map { GuideRule.maximum($0.generatedContent.jsonValue) },
        ]
        return Self(rules: rules.compactMap(\.self))
    }
}

extension GenerationGuide where Value == Int {
    /// At least this number.
    public static func minimum(_ value: Int) -> Self { .bounds(value, nil) }
    /// At most this number.
    public static func maximum(_ value: Int) -> Self { .bounds(nil, value) }
    /// A number in a range.
    public static func range(_ range: ClosedRange<Int>) -> Self { .bounds(range.lowerBound, range.upperBound) }
}

extension GenerationGuide where Value == Double {
    /// At least this number.
    public static func minimum(_ value: Double) -> Self { .bounds(value, nil) }
    /// At most this number.
    public static func maximum(_ value: Double) -> Self { .bounds(nil, value) }
    /// A number in a range.
    public static func range(_ range: ClosedRange<Double>) -> Self { .bounds(range.lowerBound, range.upperBound) }
}

extension GenerationGuide where Value == Float {
    /// At least this number.
    public static func minimum(_ value: Float) -> Self { .bounds(value, nil) }
    /// At most this number.
    public static func maximum(_ value: Float) -> Self { .bounds(nil, value) }
    /// A number in a range.
    public static func range(_ range: ClosedRange<Float>) -> Self { .bounds(range.lowerBound, range.upperBound) }
}

extension GenerationGuide where Value == Decimal {
    /// At least this number.
    public static func minimum(_ value: Decimal) -> Self { .bounds(value, nil) }
    /// At most this number.
    public static func maximum(_ value: Decimal) -> Self { .bounds(nil, value) }
    /// A number in a range.
    public static func range(_ range: ClosedRange<Decimal>) -> Self { .bounds(range.lowerBound, range.upperBound) }
}
