// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import LLMCore
import OpenAutoGLMTesting
import RealModule
import Testing

@Suite("Cascades")
struct CascadeTests {
    /// Records of deciders whose scores say how often they are right.
    static func records(_ count: Int, stages: Int = 2, using generator: inout SeededGenerator) -> [CascadeRecord] {
        (0..<count).map { _ in
            let difficulty = Double.random(in: 0..<1, using: &generator)
            return CascadeRecord(
                stages: (0..<stages).map { stage in
                    let score = 1 - difficulty * [0.6, 0.2, 0.1][stage]
                    return CascadeRecord.Stage(
                        score: score, isRight: Double.random(in: 0..<1, using: &generator) < score,
                        cost: [1.0, 20, 100][stage])
                })
        }
    }

    @Test("The curve is what going through all records at each threshold gives", arguments: [2, 3])
    func curve(stages: Int) throws {
        var generator = SeededGenerator(state: 2)
        let records = (0..<60).map { _ in
            CascadeRecord(
                stages: (0..<stages).map { _ in
                    CascadeRecord.Stage(
                        // Few different scores, so that many are equal.
                        score: Double(Int.random(in: 0...10, using: &generator)) / 10,
                        isRight: Bool.random(using: &generator), cost: Double(Int.random(in: 1...9, using: &generator)))
                })
        }
        let curve = try CascadeCurve(records)
        for threshold in (-1...12).map({ Double($0) / 10 }) + [.infinity] {
            let point = curve.point(at: threshold)
            let answering = records.map { $0.answering(at: threshold) }
            let errors = zip(records, answering).count { !$0.stages[$1].isRight }
            let cost = zip(records, answering).reduce(0) { $0 + $1.0.cost(upTo: $1.1) }
            #expect(point.errors == errors && abs(point.cost - cost) < 1e-9, "\(threshold)")
        }
        #expect(curve.safest.errors == curve.points.map(\.errors).min())
        let costs = curve.points.map(\.cost)
        #expect(costs == costs.sorted() && curve.points.last?.threshold == .infinity)
        #expect(curve.point(atCost: 0) == nil && curve.point(atCost: .infinity) == curve.points.last)
    }

    @Test("Tails of counts are those of reference tables")
    func tails() {
        // R: pbinom(3, 20, 0.1), pbinom(0, 50, 0.05), phyper(2, 10, 40, 15)
        #expect(abs(DiscreteTails.binomial(upTo: 3, of: 20, rate: 0.1) - 0.867046676648) < 1e-9)
        #expect(abs(DiscreteTails.binomial(upTo: 0, of: 50, rate: 0.05) - 0.0769449752767) < 1e-9)
        let exact = DiscreteTails.hypergeometric(upTo: 2, drawn: 15, of: 50, marked: 10)
        let summed = (0...2).reduce(0.0) { $0 + Self.choose(10, $1) * Self.choose(40, 15 - $1) / Self.choose(50, 15) }
        #expect(abs(exact - summed) < 1e-9)
        #expect(
            DiscreteTails.binomial(upTo: -1, of: 5, rate: 0.5) == 0
                && DiscreteTails.binomial(upTo: 5, of: 5, rate: 0.5) == 1)
        #expect(DiscreteTails.hypergeometric(upTo: 3, drawn: 3, of: 9, marked: 3) == 1)
    }

    private static func choose(_ count: Int, _ chosen: Int) -> Double {
        (0..<chosen).reduce(1.0) { $0 * Double(count - $1) / Double($1 + 1) }
    }

    @Test("In the mean over calibration parts the error rate is at most the promised one, and near it")
    func conformal() throws {
        var generator = SeededGenerator(state: 77)
        let promise = try ErrorPromise(errorRate: 0.2, kind: .inTheMean)
        var (errors, costs) = (0.0, 0.0)
        let runs = 300
        for _ in 0..<runs {
            let fitted = try CascadeCurve(Self.records(200, using: &generator))
            let fit = promise.cheapest(on: fitted)
            let point = try #require(fit)
            let judged = try CascadeCurve(Self.records(200, using: &generator)).point(at: point.threshold)
            errors += Double(judged.errors) / 200 / Double(runs)
            costs += judged.cost / 200 / Double(runs)
        }
        // A run's rate has a deviation of 0.03.
        #expect(errors < 0.2 + 4 * 0.03 / Double(runs).squareRoot() && errors > 0.17, "\(errors)")
        #expect(costs < 21)
    }

    @Test(
        "What is promised with confidence is kept that often, on the next inputs and on all of them",
        arguments: [
            ErrorPromise.Kind.ofNext(300, confidence: 0.9), .ofAll(confidence: 0.9), .ofNext(50, confidence: 0.8),
        ])
    func confident(kind: ErrorPromise.Kind) throws {
        var generator = SeededGenerator(state: 31)
        let promise = try ErrorPromise(errorRate: 0.2, kind: kind)
        var (count, confidence) = (20_000, 0.9)
        if case .ofNext(let next, let level) = kind { (count, confidence) = (next, level) }
        var kept = 0
        let runs = count > 1000 ? 100 : 400
        for _ in 0..<runs {
            let point = promise.cheapest(on: try CascadeCurve(Self.records(300, using: &generator)))
            let threshold = try #require(point).threshold
            let judged = try CascadeCurve(Self.records(count, using: &generator)).point(at: threshold)
            if Double(judged.errors) <= 0.2 * Double(count) { kept += 1 }
        }
        let deviation = (confidence * (1 - confidence) / Double(runs)).squareRoot()
        #expect(Double(kept) / Double(runs) > confidence - 3 * deviation, "\(kept) of \(runs)")
    }

    @Test("A promise that no threshold can keep is not made, and numbers out of range are refused")
    func unreachable() throws {
        var generator = SeededGenerator(state: 1)
        let curve = try CascadeCurve(Self.records(300, using: &generator))
        #expect(try ErrorPromise(errorRate: 0.01, kind: .inTheMean).cheapest(on: curve) == nil)
        #expect(try ErrorPromise(errorRate: 0.001, kind: .ofAll(confidence: 0.95)).mostErrors(among: 100) == nil)
        for rate in [0, 1, -0.1, .nan] {
            #expect(throws: AdaptiveControlError.self) { try ErrorPromise(errorRate: rate, kind: .inTheMean) }
        }
        #expect(throws: AdaptiveControlError.self) {
            try ErrorPromise(errorRate: 0.1, kind: .ofNext(0, confidence: 0.9))
        }
        #expect(throws: AdaptiveControlError.self) { try ErrorPromise(errorRate: 0.1, kind: .ofAll(confidence: 1)) }
    }

    @Test("What is usually promised is a little more than the error rate, the less the more inputs there are")
    func usual() throws {
        #expect(ErrorPromise.usualErrorRate(of: 0.1138, count: 1240) == 0.14)
        #expect(ErrorPromise.usualErrorRate(of: 0.1138, count: 100_000) == 0.12)
        #expect(ErrorPromise.usualErrorRate(of: 0, count: 0) == 0.99)
        #expect(ErrorPromise.usualErrorRate(of: 1, count: 10) == 0.99)
        // Where the last decider is never wrong, something can be promised all the same.
        let least = ErrorPromise.usualErrorRate(of: 0, count: 677)
        #expect(least == 0.01)
        #expect(try ErrorPromise(errorRate: least, kind: .ofNext(677, confidence: 0.95)).mostErrors(among: 677) == 1)
    }

    @Test(
        "Static rules are followed to the letter, and what is best at a cost is a rule that costs no more, or chance between the first and the last"
    )
    func rules() throws {
        let sure = CascadeRecord.Stage(score: 0.85, isRight: true, cost: 1)
        let unsure = CascadeRecord.Stage(score: 0.55, isRight: false, cost: 1)
        let dear = CascadeRecord.Stage(score: 0.9, isRight: true, cost: 9)
        let records = [CascadeRecord(stages: [sure, dear]), CascadeRecord(stages: [unsure, dear])]
        let results = StaticRule.all(stages: 2).map { $0.result(on: records) }
        #expect(results[0].rule == .always(0) && results[0].accuracy == 0.5 && results[0].cost == 1)
        #expect(results[1].rule == .always(1) && results[1].accuracy == 1 && results[1].cost == 9)
        let fixed = StaticRule.fixed(threshold: 0.6).result(on: records)
        #expect(fixed.accuracy == 1 && fixed.cost == 5.5)
        #expect(StaticRule.bestAccuracy(atCost: 0.5, of: results) == nil)
        #expect(StaticRule.bestAccuracy(atCost: 1, of: Array(results.prefix(2))) == 0.5)
        #expect(StaticRule.bestAccuracy(atCost: 5, of: Array(results.prefix(2))) == 0.75)
        #expect(abs((StaticRule.bestAccuracy(atCost: 5.4, of: results) ?? 0) - 0.775) < 1e-12)
        #expect(StaticRule.bestAccuracy(atCost: 5.5, of: results) == 1)
        #expect(StaticRule.bestAccuracy(atCost: 99, of: results) == 1)
    }

    @Test(
        "Records are read from lines, and what is none is refused",
        arguments: [
            "{}", "{\"stages\": []}", "{\"stages\": [{\"score\": 2, \"right\": true, \"cost\": 1}]}",
            "{\"stages\": [{\"score\": 0.5, \"right\": 1, \"cost\": 1}]}",
            "{\"stages\": [{\"score\": 0.5, \"right\": true, \"cost\": 0}]}", "[]", "{\"stages\": [7]}",
        ])
    func records(line: String) throws {
        let json = try JSONValue(parsing: Array(line.utf8))
        #expect(throws: AdaptiveControlError.self) { try CascadeRecord(json) }
        var generator = SeededGenerator(state: 1)
        let record = Self.records(1, stages: 3, using: &generator)[0]
        #expect(try CascadeRecord(JSONValue(parsing: Array(record.json.serialized().utf8))) == record)
        let uneven = [record, CascadeRecord(stages: Array(record.stages.prefix(2)))]
        #expect(throws: AdaptiveControlError.self) { try CascadeCurve(uneven) }
        #expect(throws: AdaptiveControlError.self) { try CascadeCurve([]) }
    }

    @Test("A ledger adds up what was asked, from many tasks at once")
    func ledger() async {
        let ledger = CostLedger()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let isDear = number % 4 == 0
                    ledger.add(
                        CostLedger.Entry(
                            asked: isDear ? ["cheap", "dear"] : ["cheap"], costs: isDear ? [1, 9] : [1], confidence: 0.9
                        ))
                }
            }
        }
        #expect(
            ledger.decisions == 100 && ledger.sum(of: "cheap").asked == 100 && ledger.sum(of: "cheap").answered == 75)
        let dear = ledger.sum(of: "dear")
        #expect(dear.asked == 25 && dear.answered == 25 && dear.cost == 225)
        let told = ledger.json
        #expect(told["cost"]?.numberValue == 325 && told["deciders"]?["dear"]?["cost"]?.numberValue == 225)
    }
}
