// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A version by the rules of semver.org 2.0.
public struct SemanticVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Changes that break users.
    public var major: Int
    /// Additions.
    public var minor: Int
    /// Corrections.
    public var patch: Int
    /// The parts of a pre-release such as `beta.2`; empty for a release.
    public var preRelease: [String]

    /// Makes a version.
    public init(_ major: Int, _ minor: Int, _ patch: Int, preRelease: [String] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
    }

    /// Reads a version; build metadata after `+` is dropped.
    ///
    /// - Parameter text: `1.2.3` or `1.2.3-beta.2`.
    /// - Throws: ``PromptError`` with code `.invalidValue`.
    public init(_ text: String) throws {
        let core = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let halves = core.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
        let parts = halves.count > 1 ? halves[1].split(separator: ".", omittingEmptySubsequences: false) : []
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2],
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isIdentifier) })
        else {
            throw PromptError(.invalidValue, "'\(text.prefix(40))' is no version; write it as 1.2.3 or 1.2.3-beta.1.")
        }
        self.init(major, minor, patch, preRelease: parts.map { String($0) })
    }

    static func number(_ text: Substring) -> Int? {
        // Nine digits are more than any version needs and leave room to count on.
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.count == 1 || text.first != "0"
        else { return nil }
        return Int(text)
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }

    /// `1.2.3-beta.2`.
    public var description: String {
        "\(self.major).\(self.minor).\(self.patch)"
            + (self.preRelease.isEmpty ? "" : "-" + self.preRelease.joined(separator: "."))
    }

    /// A pre-release comes before its release; its parts compare as numbers where they are numbers.
    public static func < (left: Self, right: Self) -> Bool {
        let (leftCore, rightCore) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
        if leftCore != rightCore { return leftCore.lexicographicallyPrecedes(rightCore) }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        for (first, second) in zip(left.preRelease, right.preRelease) where first != second {
            switch (Int(first), Int(second)) {
            case (let first?, let second?): return first < second
            case (.some, nil): return true
            case (nil, .some): return false
            default: return first < second
            }
        }
        return left.preRelease.count < right.preRelease.count
    }
}

/// Which versions of a template will do.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
    private struct Bound: Sendable, Hashable {
        let isLower: Bool
        let isInclusive: Bool
        let version: SemanticVersion

        func admits(_ candidate: SemanticVersion) -> Bool {
            if candidate == self.version { return self.isInclusive }
            return self.isLower ? candidate > self.version : candidate < self.version
        }
    }

    private let bounds: [Bound]
    /// The range as it was written.
    public let description: String

    /// The newest release.
    public static let latest = Self(bounds: [], description: "latest")

    private init(bounds: [Bound], description: String) {
        self.bounds = bounds
        self.description = description
    }

    /// Reads a range.
    ///
    /// - Parameter text: `1.2.3` (exactly that), `^1.2` (from 1.2.0, below 2.0.0), `~1.2.3` (from 1.2.3, below 1.3.0),
    ///   comparisons such as `>=1 <2.5`, which all must hold, or `latest`.
    /// - Throws: ``PromptError`` with code `.invalidValue`.
    public init(_ text: String) throws {
        let words = text.split { $0 == " " || $0 == "," }
        if words == ["latest"] || words == ["*"] || words.isEmpty {
            self = .latest
            return
        }
        self.init(bounds: try words.flatMap { try Self.bounds($0, in: text) }, description: text)
    }

    private static func bounds(_ word: Substring, in text: String) throws -> [Bound] {
        let operation = word.prefix { "^~<>=".contains($0) }
        let (version, given) = try self.partial(word.dropFirst(operation.count), in: text)
        func range(below upper: SemanticVersion) -> [Bound] {
            [
                Bound(isLower: true, isInclusive: true, version: version),
                Bound(isLower: false, isInclusive: false, version: upper),
            ]
        }
        switch operation {
        case "" where given < 3: return range(below: self.next(version, given))
        case "", "=", "==":
            return [
                Bound(isLower: true, isInclusive: true, version: version),
                Bound(isLower: false, isInclusive: true, version: version),
            ]
        case "^":
            let keepsMajor = version.major > 0 || given == 1
            let keepsMinor = version.minor > 0 || given == 2
            return range(
                below: keepsMajor
                    ? SemanticVersion(version.major + 1, 0, 0)
                    : keepsMinor
                        ? SemanticVersion(0, version.minor + 1, 0) : SemanticVersion(0, 0, version.patch + 1))
        case "~": return range(below: self.next(version, min(given, 2)))
        case ">=": return [Bound(isLower: true, isInclusive: true, version: version)]
        case ">": return [Bound(isLower: true, isInclusive: false, version: version)]
        case "<=": return [Bound(isLower: false, isInclusive: true, version: version)]
        case "<": return [Bound(isLower: false, isInclusive: false, version: version)]
        default: throw self.malformed(text)
        }
    }

    /// The first version after all that begin with the numbers given.
    private static func next(_ version: SemanticVersion, _ given: Int) -> SemanticVersion {
        given == 1 ? SemanticVersion(version.major + 1, 0, 0) : SemanticVersion(version.major, version.minor + 1, 0)
    }

    /// A version of which later numbers may be left out, and how many were given.
    private static func partial(_ word: Substring, in text: String) throws -> (SemanticVersion, given: Int) {
        if let whole = try? SemanticVersion(String(word)) { return (whole, 3) }
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { SemanticVersion.number($0) }
        guard (1...2).contains(numbers.count), let major = numbers[0] else { throw self.malformed(text) }
        if numbers.count == 1 { return (SemanticVersion(major, 0, 0), 1) }
        guard let minor = numbers[1] else { throw self.malformed(text) }
        return (SemanticVersion(major, minor, 0), 2)
    }

    private static func malformed(_ text: String) -> PromptError {
        PromptError(
            .invalidValue,
            "'\(text.prefix(60))' is no version range; write 1.2.3, ^1.2, ~1.2.3, '>=1 <2' or latest.")
    }

    /// Whether a version will do; pre-releases do only where the range names a pre-release of the same release.
    public func contains(_ version: SemanticVersion) -> Bool {
        guard self.bounds.allSatisfy({ $0.admits(version) }) else { return false }
        guard !version.preRelease.isEmpty else { return true }
        return self.bounds.contains { bound in
            !bound.version.preRelease.isEmpty
                && (bound.version.major, bound.version.minor, bound.version.patch)
                    == (version.major, version.minor, version.patch)
        }
    }
}
