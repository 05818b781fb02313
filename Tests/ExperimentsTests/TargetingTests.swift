// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Targeting conditions")
struct TargetingTests {
    static let anna: JSONValue = [
        "name": "Anna", "age": 34, "score": "8", "beta": true, "tags": ["fast", "Blue"], "job": ["title": "engineer"],
        "version": "2.10.1", "sizes": [1, 5, 12], "nothing": nil, "$groups": ["a", "b"],
        "pets": [["kind": "dog", "age": 3], ["kind": "cat", "age": 9]],
    ]

    @Test(
        "A condition holds for whom it should",
        arguments: [
            ("{}", true), (#"{"name": "Anna"}"#, true), (#"{"name": "anna"}"#, false), (#"{"age": 34}"#, true),
            (#"{"age": "34"}"#, true), (#"{"score": 8}"#, true), (#"{"beta": true, "age": 35}"#, false),
            (#"{"job.title": "engineer"}"#, true), (#"{"job": {"title": "engineer"}}"#, true),
            (#"{"job.title.level": "x"}"#, false), (#"{"nothing": null}"#, true), (#"{"missing": null}"#, true),
            (#"{"missing": false}"#, false), (#"{"tags": ["fast", "Blue"]}"#, true),
            (#"{"tags": ["Blue", "fast"]}"#, false),
            (#"{"age": {"$gt": 33, "$lte": 34.0}}"#, true), (#"{"score": {"$gt": 9}}"#, false),
            (#"{"name": {"$lt": "B"}}"#, true), (#"{"name": {"$gt": 5}}"#, false),
            (#"{"missing": {"$gt": -1, "$ne": 3}}"#, true),
            (#"{"age": {"$eq": "34"}}"#, false), (#"{"name": {"$in": ["Bob", "Anna"]}}"#, true),
            (#"{"tags": {"$in": ["slow", "fast"]}}"#, true), (#"{"tags": {"$nin": ["fast"]}}"#, false),
            (#"{"tags": {"$in": ["blue"]}}"#, false), (#"{"tags": {"$ini": ["BLUE"]}}"#, true),
            (#"{"name": {"$nini": ["ANNA"]}}"#, false), (#"{"tags": {"$all": ["fast", "Blue"]}}"#, true),
            (#"{"tags": {"$alli": ["FAST", "red"]}}"#, false), (#"{"job.title": {"$exists": true}}"#, true),
            (#"{"nothing": {"$exists": true}}"#, false), (#"{"missing": {"$exists": false}}"#, true),
            (#"{"age": {"$type": "number"}}"#, true), (#"{"nothing": {"$type": "null"}}"#, true),
            (#"{"missing": {"$type": "null"}}"#, false), (#"{"tags": {"$size": 2}}"#, true),
            (#"{"tags": {"$size": {"$gt": 2}}}"#, false), (#"{"sizes": {"$elemMatch": {"$gt": 10}}}"#, true),
            (#"{"sizes": {"$elemMatch": {"$gt": 5, "$lt": 12}}}"#, false),
            (#"{"pets": {"$elemMatch": {"kind": "cat", "age": {"$lt": 5}}}}"#, false),
            (#"{"pets": {"$elemMatch": {"kind": "cat", "age": {"$gt": 5}}}}"#, true),
            (#"{"name": {"$regex": "^An+a$"}}"#, true), (#"{"name": {"$regex": "nn"}}"#, true),
            (#"{"name": {"$regex": "^an"}}"#, false), (#"{"name": {"$regexi": "^AN\\D+"}}"#, true),
            (#"{"missing": {"$regex": ".*"}}"#, false), (#"{"name": {"$not": {"$regex": "^B"}}}"#, true),
            (#"{"version": {"$vgt": "2.9.0", "$vlt": "2.11.0"}}"#, true),
            (#"{"version": {"$veq": "v2.10.1+b7"}}"#, true),
            (#"{"version": {"$vgt": "2.10.1-rc.1"}}"#, true), (#"{"version": {"$vlte": "2.10.1-rc.1"}}"#, false),
            (#"{"$or": [{"age": 1}, {"name": "Anna"}]}"#, true), (#"{"$or": []}"#, true),
            (#"{"$nor": [{"age": 1}, {"name": "Anna"}]}"#, false),
            (#"{"$and": [{"age": 34}, {"beta": false}]}"#, false),
            (#"{"$not": {"beta": false}}"#, true), (#"{"$groups": {"$elemMatch": {"$eq": "b"}}}"#, true),
            (#"{"name": {"$inGroup": "staff"}}"#, true), (#"{"name": {"$notInGroup": "nobody"}}"#, true),
        ])
    func holds(condition: String, expected: Bool) throws {
        let condition = try TargetingCondition(try JSONValue(parsing: condition))
        #expect(condition.holds(for: Self.anna, groups: ["staff": ["Anna", "Bob"]]) == expected)
    }

    @Test(
        "What cannot be meant is refused with the nearest thing that can",
        arguments: [
            (#"{"name": {"$regx": "a"}}"#, "'$regex'"), (#"{"name": {"$regex": "(("}}"#, "broken"),
            (#"{"age": {"$in": 3}}"#, "a list"), (#"{"$orr": [{"age": 3}]}"#, "'$or'"),
            (#"{"$or": {"age": 3}}"#, "a list"),
            (#"{"age": {"$gt": [1]}}"#, "a number or a text"), (#"{"age": {"$gt": 1, "low": 2}}"#, "mixed"),
            (#"{"version": {"$vgt": 2}}"#, "a version"), (#"{"age": {"$type": "int"}}"#, "one of"), ("[1]", "mapping"),
            (#"{"age": {"$exists": 1}}"#, "true or false"), (#"{"$gt": {"$gt": 3}}"#, "no '$gt' that joins"),
        ])
    func refused(condition: String, message: String) throws {
        let json = try JSONValue(parsing: condition)
        let error = #expect(throws: ExperimentError.self) { try TargetingCondition(json) }
        #expect(error?.code == .invalidCondition)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A condition nested without end is refused")
    func depth() throws {
        var json: JSONValue = ["age": 3]
        for _ in 0..<200 { json = ["$not": json] }
        #expect(throws: ExperimentError.self) { try TargetingCondition(json) }
    }

    @Test("A regular expression that makes others explode is matched in time")
    func explosive() throws {
        let condition = try TargetingCondition(["name": ["$regex": "^(a+)+$"]])
        #expect(!condition.holds(for: ["name": .string(String(repeating: "a", count: 20_000) + "b")]))
    }
}
