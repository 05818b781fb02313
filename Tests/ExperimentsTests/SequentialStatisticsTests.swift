// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Statistics that stay valid while one looks")
struct SequentialStatisticsTests {
    @Test("Evidence is the mixture that numerical integration gives, and the interval is where it reaches 1/α")
    func mixtures() throws {
        for row in try Reference.numbers("sequences") {
            let (alpha, count, score) = (row[0], Int(row[2]), row[3])
            let sequence = ConfidenceSequence(alpha: alpha, tightestAt: row[1])
            let two = sequence.logEvidence(estimate: score * 0.25, standardError: 0.25, count: count)
            let one = sequence.oneSidedLogEvidence(estimate: score * 0.25, standardError: 0.25, count: count)
            #expect(Reference.agrees(two, row[4], 1e-8) && Reference.agrees(one, row[5], 1e-7), "\(row) \(two) \(one)")
            #expect(Reference.agrees(sequence.halfWidth(standardError: 2, count: count), 2 * row[6], 1e-8), "\(row)")
            // The one-sided bound is a little wider than where the one-sided evidence reaches 1/α, never narrower.
            let bound = sequence.oneSidedWidth(standardError: 1, count: count)
            let atBound = sequence.oneSidedLogEvidence(estimate: bound, standardError: 1, count: count)
            #expect(atBound >= -(alpha.logarithm) && bound < sequence.halfWidth(standardError: 1, count: count))
        }
    }

    @Test("GrowthBook's documented formula gives the same width")
    func growthBook() {
        // sqrt(N) sqrt(2 (N ρ² + 1) / (N² ρ²) log(sqrt(N ρ² + 1) / α)), in standard errors, computed by hand for N = N* = 5000.
        let width = ConfidenceSequence(alpha: 0.05, tightestAt: 5_000).halfWidth(standardError: 1, count: 5_000)
        #expect(abs(width - 3.0352) < 0.0001, "\(width)")
    }

    @Test("Nothing is known without units, and everything where nothing varies")
    func edges() {
        let sequence = ConfidenceSequence(alpha: 0.05, tightestAt: 5_000)
        #expect(sequence.halfWidth(standardError: .infinity, count: 0) == .infinity)
        #expect(sequence.logEvidence(estimate: 1, standardError: .infinity, count: 10) == 0)
        #expect(sequence.logEvidence(estimate: 0, standardError: 0, count: 10) == 0)
        #expect(sequence.logEvidence(estimate: 1, standardError: 0, count: 10) == .infinity)
        #expect(sequence.oneSidedLogEvidence(estimate: -1, standardError: 0, count: 10) == 0)
        #expect(sequence.oneSidedLogEvidence(estimate: -1e9, standardError: 1, count: 10) < -100)
    }

    @Test("P-values follow the highest evidence and never rise")
    func peak() {
        var peak = EvidencePeak()
        #expect(peak.pValue == 1)
        for (evidence, expected) in [(-3.0, 1.0), (2, 0.1353), (1, 0.1353), (4, 0.0183), (.nan, 0.0183)] {
            peak.observe(evidence)
            #expect(abs(peak.pValue - expected) < 0.0001)
        }
    }

    @Test("The shares' evidence is that of SciPy's Dirichlet mixture, and the fixed p-value Pearson's")
    func ratio() throws {
        for row in try Reference.rows("ratios") {
            let counts = try #require(row[0].arrayValue).compactMap(\.integerValue)
            let shares = try #require(row[1].arrayValue).compactMap(\.numberValue)
            let ratio = SampleRatio(counts: counts, shares: shares)
            #expect(Reference.agrees(ratio.logEvidence, try #require(row[2].numberValue), 1e-6), "\(row)")
            #expect(Reference.agrees(ratio.fixedPValue, try #require(row[3].numberValue), 1e-9), "\(row)")
        }
        #expect(SampleRatio(counts: [5, 1], shares: [1, 0]).logEvidence == .infinity)
        #expect(SampleRatio(counts: [0, 0], shares: [0.5, 0.5]).fixedPValue == 1)
        #expect(SampleRatio(counts: [3, 0], shares: [1, 0]).fixedPValue == 1)
    }

    @Test(
        "The test of proportions is exact: over all courses of six units, the mean of the evidence is 1 whatever the rate"
    )
    func exactProportions() {
        let shares = [0.3, 0.7]
        for rate in [0.05, 0.5, 0.8] {
            var mean = 0.0
            for course in 0..<(1 << 12) {
                var (test, probability) = (ProportionTest(arms: 2), 1.0)
                for unit in 0..<6 {
                    let (arm, success) = (course >> (2 * unit) & 1, course >> (2 * unit + 1) & 1 == 1)
                    probability *= shares[arm] * (success ? rate : 1 - rate)
                    test.observe(success, arm: arm, probabilities: shares)
                }
                mean += probability * test.logEvidence.exponential
            }
            #expect(abs(mean - 1) < 1e-12, "\(mean)")
        }
    }

    @Test("The test of proportions finds a difference, alone and merged from two processes")
    func proportions() {
        var chance = Chance(5)
        var tests = [ProportionTest(arms: 2), ProportionTest(arms: 2)]
        for unit in 0..<4_000 {
            let arm = Variates.unit(using: &chance) < 0.5 ? 1 : 0
            let success = Variates.unit(using: &chance) < (arm == 1 ? 0.3 : 0.2)
            tests[unit % 2].observe(success, arm: arm, probabilities: [0.5, 0.5])
        }
        var merged = tests[0]
        merged.merge(tests[1])
        #expect(merged.logEvidence == tests[0].logEvidence + tests[1].logEvidence && merged.logEvidence > 3)
        merged.observe(true, arm: 7, probabilities: [0.5, 0.5])
        #expect(merged.logEvidence == tests[0].logEvidence + tests[1].logEvidence)
    }

    @Test("A covariate's adjustment is that of least squares")
    func covariate() throws {
        let reference = try #require(try Reference.document()["covariate"])
        let arms = try #require(reference["arms"]?.arrayValue).map { arm in
            var moments = PairedMoments()
            let columns = (arm.arrayValue ?? []).map { $0.arrayValue?.compactMap(\.numberValue) ?? [] }
            for (value, covariate) in zip(columns[0], columns[1]) { moments.add(value, covariate: covariate) }
            return moments
        }
        let adjustment = CovariateAdjustment(arms)
        let (control, arm) = (adjustment.adjusted(arms[0]), adjustment.adjusted(arms[1]))
        #expect(Reference.agrees(arm.mean - control.mean, try #require(reference["difference"]?.numberValue), 1e-9))
        #expect(Reference.agrees(adjustment.slope, try #require(reference["slope"]?.numberValue), 1e-9))
        let variances = try #require(reference["variances"]?.arrayValue).compactMap(\.numberValue)
        #expect(
            Reference.agrees(control.variance, variances[0], 1e-9) && Reference.agrees(arm.variance, variances[1], 1e-9)
        )
        #expect((0.6...0.8).contains(adjustment.reduction(arms)))
    }

    @Test(
        "Several questions are corrected as published",
        arguments: [
            (MultipleTesting.holm, [0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
            (.benjaminiHochberg, [0.01, 0.04, 0.03, 0.005], [0.02, 0.04, 0.04, 0.02]),
            (.none, [0.01, 0.04], [0.01, 0.04]), (.holm, [0.6, 0.7], [1, 1]), (.holm, [], []),
            (.benjaminiHochberg, [0.9, 0.5, 1], [1, 1, 1]),
        ])
    func corrections(correction: MultipleTesting, values: [Double], expected: [Double]) {
        let adjusted = correction.adjusted(values)
        #expect(adjusted.count == expected.count)
        for (left, right) in zip(adjusted, expected) { #expect(abs(left - right) < 1e-12) }
    }

    @Test("A fixed test needs the textbook's number of units")
    func fixedHorizon() {
        let units = FixedHorizon.units(
            effect: 0.02, variances: (0.16, 0.1716), shares: (0.5, 0.5), alpha: 0.05, power: 0.8)
        #expect(abs(units - 13_013) < 20, "\(units)")
        #expect(abs(FixedHorizon.pValue(estimate: 1.959964, standardError: 1) - 0.05) < 1e-6)
        #expect(FixedHorizon.pValue(estimate: 0, standardError: 0) == 1)
    }
}
