// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What the values of a property may be; used with `@Guide`.
public struct GenerationGuide<Value>: Sendable {
    let rules: [GuideRule]

    init(_ rules: GuideRule...) { self.rules = rules }

    init(rules: [GuideRule]) { self.rules = rules }
}

extension GenerationGuide where Value == String {
    /// This text and no other.
    public static func constant(_ value: String) -> Self { Self(.choices([value])) }

    /// One of these texts.
    public static func anyOf(_ values: [String]) -> Self { Self(.choices(values)) }

    /// A text that matches a regular expression from its first character to its last.
    ///
    /// The expression's source text must be in the common part of Swift's and ECMA-262's regular expressions. One that
    /// was put together with `RegexBuilder` has no source; a schema with it is refused when it is used.
    public static func pattern<Output>(_ regex: Regex<Output>) -> Self { Self(.pattern(of: regex)) }
}

extension GenerationGuide {
    /// At least so many elements.
    public static func minimumCount<Element>(_ count: Int) -> Self where Value == [Element] {
        Self(.minimumCount(count))
    }

    /// At most so many elements.
    public static func maximumCount<Element>(_ count: Int) -> Self where Value == [Element] {
        Self(.maximumCount(count))
    }

    /// A number of elements in a range.
    public static func count<Element>(_ range: ClosedRange<Int>) -> Self where Value == [Element] {
        Self(.minimumCount(range.lowerBound), .maximumCount(range.upperBound))
    }

    /// Exactly so many elements.
    public static func count<Element>(_ count: Int) -> Self where Value == [Element] {
        Self(.minimumCount(count), .maximumCount(count))
    }

    /// A guide for each element.
    public static func element<Element>(_ guide: GenerationGuide<Element>) -> Self where Value == [Element] {
        Self(.element(guide.rules))
    }
}

/// What `@Guide` says before the compiler knows the property's type; nothing else has a list of `Never`.
extension GenerationGuide where Value == [Never] {
    /// At least so many elements.
    public static func minimumCount(_ count: Int) -> Self { Self(.minimumCount(count)) }
    /// At most so many elements.
    public static func maximumCount(_ count: Int) -> Self { Self(.maximumCount(count)) }
    /// A number of elements in a range.
    public static func count(_ range: ClosedRange<Int>) -> Self {
        Self(.minimumCount(range.lowerBound), .maximumCount(range.upperBound))
    }
    /// Exactly so many elements.
    public static func count(_ count: Int) -> Self { Self(.minimumCount(count), .maximumCount(count)) }
}
