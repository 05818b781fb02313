// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Assigning units")
struct AssignerTests {
    @Test("Units arrive in the arms' shares, and another seed deals them out independently")
    func shares() async throws {
        let (first, second) = (Experiment.pair(0.3), Experiment(name: "other", arms: Experiment.pair(0.3).arms))
        var counts = [String: Int]()
        for unit in 0..<20_000 {
            let one = try await Assigner(experiment: first).assign("user-\(unit)").arm ?? "none"
            let two = try await Assigner(experiment: second).assign("user-\(unit)").arm ?? "none"
            counts["\(one) \(two)", default: 0] += 1
        }
        for (pair, share) in [
            ("new new", 0.09), ("new control", 0.21), ("control new", 0.21), ("control control", 0.49),
        ] {
            #expect(abs(Double(counts[pair] ?? 0) / 20_000 - share) < 0.012, "\(pair)")
        }
    }

    @Test("A kept unit stays in its arm when weights, condition and namespace change, and moves when its arm is gone")
    func sticky() async throws {
        let store = InMemoryStickyStore()
        var experiment = Experiment.pair(0.5)
        let before = Assigner(experiment: experiment, store: store)
        let units = (0..<200).map { "u\($0)" }
        var arms: [String: String] = [:]
        for unit in units { arms[unit] = try await before.assign(unit).arm }
        experiment.arms[0].weight = 0.99
        experiment.arms[1].weight = 0.01
        experiment.condition = try TargetingCondition(["never": true])
        experiment.namespace = NamespaceRange(name: "n", lower: 0, upper: 0.001)
        let after = Assigner(experiment: experiment, store: store)
        for unit in units {
            let assignment = try await after.assign(unit)
            #expect(assignment.arm == arms[unit] && assignment.reason == .sticky)
        }
        #expect(try await after.assign("stranger").reason != .hashed)
        experiment.condition = nil
        experiment.namespace = nil
        experiment.arms[1].name = "newer"
        let renamed = Assigner(experiment: experiment, store: store)
        let moved = try #require(units.first { arms[$0] == "new" })
        #expect(try await renamed.assign(moved).reason == .hashed)
        experiment.version = 1
        let anew = Assigner(experiment: experiment, store: store)
        #expect(try await anew.assign(units[0]).reason == .hashed)
    }

    @Test("A full store keeps no further units, and without a store units follow their hash")
    func fullStore() async throws {
        let store = InMemoryStickyStore(capacity: 1)
        #expect(try await store.keep("a", of: "1", in: "x").arm == "a")
        #expect(try await store.keep("b", of: "1", in: "x").arm == "a")
        #expect(try await store.keep("b", of: "2", in: "x").arm == "b")
        #expect(try await store.arm(of: "2", in: "x") == nil)
        #expect(try await store.arm(of: "1", in: "y") == nil)
    }

    @Test("Growing a canary's share moves units one way only")
    func monotone() async throws {
        let assigner = Assigner(experiment: .pair())
        for unit in 0..<500 {
            var wasNew = false
            for share in [0.01, 0.05, 0.25, 1.0] {
                let isNew = try await assigner.assign("u\(unit)", weights: [1 - share, share]).arm == "new"
                #expect(isNew || !wasNew)
                wasNew = isNew
            }
            #expect(wasNew)
        }
    }

    @Test("Who is held out is held out of all experiments that name the same hold-out")
    func holdOut() async throws {
        var (first, second) = (Experiment.pair(), Experiment(name: "second", arms: Experiment.pair().arms))
        first.holdOut = HoldOut(name: "everyone", share: 0.1)
        second.holdOut = first.holdOut
        var out = 0
        for unit in 0..<5_000 {
            let one = try await Assigner(experiment: first).assign("u\(unit)")
            let two = try await Assigner(experiment: second).assign("u\(unit)")
            #expect((one.reason == .heldOut) == (two.reason == .heldOut))
            if one.reason == .heldOut { out += 1 }
        }
        #expect((400...600).contains(out))
    }

    @Test("Each reason for taking no part is given")
    func reasons() async throws {
        var experiment = Experiment.pair()
        experiment.coverage = 0
        #expect(try await Assigner(experiment: experiment).assign("u").reason == .notCovered)
        experiment.condition = try TargetingCondition(["country": "DE"])
        #expect(
            try await Assigner(experiment: experiment).assign("u", attributes: ["country": "FR"]).reason == .notTargeted
        )
        experiment.namespace = NamespaceRange(name: "n", lower: 0, upper: 0)
        #expect(try await Assigner(experiment: experiment).assign("u").reason == .outsideNamespace)
    }

    @Test(
        "A unit without a name, or with an endless one, is an error",
        arguments: ["", String(repeating: "x", count: 1_025)])
    func badUnit(unit: String) async throws {
        let error = await #expect(throws: ExperimentError.self) { try await Assigner(experiment: .pair()).assign(unit) }
        #expect(error?.code == .invalidUnit)
    }

    @Test("An arm of weight 0 gets nobody")
    func zeroWeight() async throws {
        var experiment = Experiment.pair(0)
        experiment.arms.append(Arm("third", weight: 0))
        try experiment.check()
        for unit in 0..<1_000 {
            #expect(try await Assigner(experiment: experiment).assign("u\(unit)").arm == "control")
        }
    }
}
