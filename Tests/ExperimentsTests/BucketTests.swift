// SPDX-License-Identifier: Apache-2.0

import Experiments
import Foundation
import LLMCore
import OrderedCollections
import Testing

@Suite("Hashes and ranges, by the facts of GrowthBook's specification")
struct BucketTests {
    @Test(
        "A seed and a unit hash to GrowthBook's number",
        arguments: [
            ("", "a", 1, 0.22), ("", "b", 1, 0.077), ("b", "a", 1, 0.946), ("ef", "d", 1, 0.652),
            ("asdf", "8952klfjas09ujk", 1, 0.549), ("", "123", 1, 0.011), ("", "___)((*\":&", 1, 0.563),
            ("seed", "a", 2, 0.0505), ("seed", "b", 2, 0.2696), ("foo", "ab", 2, 0.2575), ("foo", "def", 2, 0.2019),
            ("89123klj", "8952klfjas09ujkasdf", 2, 0.124), ("90850943850283058242805", "123", 2, 0.7516),
            ("()**(%$##$%#$#", "___)((*\":&", 2, 0.0128),
        ])
    func hash(seed: String, unit: String, version: Int, expected: Double) {
        let number = version == 1 ? BucketHash.version1 : BucketHash.version2
        #expect(number(seed, unit) == expected)
    }

    @Test(
        "Weights and coverage make GrowthBook's ranges",
        arguments: [
            (2, 1, nil, [[0, 0.5], [0.5, 1]]), (2, 0.5, nil, [[0, 0.25], [0.5, 0.75]]),
            (2, 0, nil, [[0, 0], [0.5, 0.5]]), (4, 1, nil, [[0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1]]),
            (2, 1, [0.4, 0.6], [[0, 0.4], [0.4, 1]]), (3, 1, [0.2, 0.3, 0.5], [[0, 0.2], [0.2, 0.5], [0.5, 1]]),
            (3, 0.2, [0.2, 0.3, 0.5], [[0, 0.04], [0.2, 0.26], [0.5, 0.6]]), (2, -0.2, nil, [[0, 0], [0.5, 0.5]]),
            (2, 1.5, nil, [[0, 0.5], [0.5, 1]]), (2, 1, [0.4, 0.1], [[0, 0.5], [0.5, 1]]),
            (2, 1, [0.7, 0.6], [[0, 0.5], [0.5, 1]]),
            (4, 1, [0.4, 0.4, 0.2], [[0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1]]),
            (2, 1, [0.4, 0.5999], [[0, 0.4], [0.4, 0.9999]]), (2, .nan, nil, [[0, 0], [0.5, 0.5]]),
            (2, 1, [.nan, 0.5], [[0, 0.5], [0.5, 1]]), (2, 1, [-0.5, 1.5], [[0, 0.5], [0.5, 1]]), (0, 1, nil, []),
        ] as [(Int, Double, [Double]?, [[Double]])])
    func ranges(arms: Int, coverage: Double, weights: [Double]?, expected: [[Double]]) {
        let ranges = BucketRanges(arms: arms, coverage: coverage, weights: weights).ranges
        #expect(ranges.count == expected.count)
        for (range, bounds) in zip(ranges, expected) {
            #expect(abs(range.lowerBound - bounds[0]) < 1e-12 && abs(range.upperBound - bounds[1]) < 1e-12)
        }
    }

    @Test(
        "A range holds its beginning and not its end, and an empty one nothing",
        arguments: [
            (0.2, [0.5, 0.5], 1, 0), (0.4, [0.5, 0.5], 1, 0), (0.6, [0.5, 0.5], 1, 1), (0.8, [0.5, 0.5], 1, 1),
            (0, [0.5, 0.5], 1, 0), (0.5, [0.5, 0.5], 1, 1), (0.2, [0.5, 0.5], 0.5, 0), (0.4, [0.5, 0.5], 0.5, nil),
            (0.6, [0.5, 0.5], 0.5, 1), (0.8, [0.5, 0.5], 0.5, nil), (0.25, [0.5, 0.5], 0.5, nil),
            (0.5, [0.5, 0, 0.5], 1, 2),
        ] as [(Double, [Double], Double, Int?)])
    func choice(bucket: Double, weights: [Double], coverage: Double, expected: Int?) {
        #expect(BucketRanges(arms: weights.count, coverage: coverage, weights: weights).arm(at: bucket) == expected)
    }

    @Test(
        "A namespace's part holds GrowthBook's units",
        arguments: [
            ("1", "namespace1", 0, 0.4, false), ("1", "namespace1", 0.4, 1, true), ("2", "namespace2", 0, 0.4, false),
            ("3", "namespace2", 0, 0.4, true), ("3", "namespace2", 0.4, 1, false), ("4", "namespace1", 0.4, 1, true),
            ("4", "namespace2", 0, 0.4, true),
        ] as [(String, String, Double, Double, Bool)])
    func namespace(unit: String, name: String, lower: Double, upper: Double, expected: Bool) {
        #expect(NamespaceRange(name: name, lower: lower, upper: upper).contains(unit) == expected)
    }

    private static let published = ProcessInfo.processInfo.environment["AUTOGLM_GROWTHBOOK_CASES"]

    @Test(
        "Every case of the published file holds, where AUTOGLM_GROWTHBOOK_CASES names it (sdk-js/test/cases.json)",
        .enabled(if: BucketTests.published != nil))
    func publishedCases() throws {
        let path = try #require(Self.published)
        let cases = try JSONValue(parsing: try Data(contentsOf: URL(filePath: path)))
        for row in try #require(cases["hash"]?.arrayValue).compactMap(\.arrayValue) {
            guard let seed = row[0].stringValue, let unit = row[1].stringValue, let expected = row[3].numberValue else {
                continue
            }
            let number = row[2].integerValue == 1 ? BucketHash.version1 : BucketHash.version2
            #expect(number(seed, unit) == expected)
        }
        for row in try #require(cases["inNamespace"]?.arrayValue).compactMap(\.arrayValue) {
            let parts = try #require(row[2].arrayValue)
            let range = NamespaceRange(
                name: parts[0].stringValue ?? "", lower: parts[1].numberValue ?? .nan,
                upper: parts[2].numberValue ?? .nan)
            #expect(range.contains(try #require(row[1].stringValue)) == row[3].boolValue, "\(row[0])")
        }
        let conditions = try #require(cases["evalCondition"]?.arrayValue).compactMap(\.arrayValue)
        #expect(conditions.count > 200)
        for row in conditions {
            let groups = (row.count > 4 ? row[4].objectValue : nil) ?? [:]
            let lists = Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.value.arrayValue ?? []) })
            // What is refused here, GrowthBook answers with false.
            let holds = (try? TargetingCondition(row[1]))?.holds(for: row[2], groups: lists) ?? false
            #expect(holds == row[3].boolValue, "\(row[0]): \(row[1]) for \(row[2])")
        }
    }
}
