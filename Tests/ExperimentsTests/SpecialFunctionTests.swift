// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Special functions, by SciPy's values")
struct SpecialFunctionTests {
    @Test("The normal distribution and its quantile")
    func normal() throws {
        for row in try Reference.numbers("special", "normal_quantile") {
            let quantile = NormalDistribution.quantile(row[0])
            #expect(Reference.agrees(quantile, row[1], 1e-12) || abs(quantile - row[1]) < 1e-15, "\(row)")
        }
        for row in try Reference.numbers("special", "normal_cumulative") {
            #expect(Reference.agrees(NormalDistribution.cumulative(row[0]), row[1], 1e-12), "\(row)")
            #expect(Reference.agrees(NormalDistribution.tail(-row[0]), row[1], 1e-12), "\(row)")
        }
        #expect(NormalDistribution.quantile(0) == -.infinity && NormalDistribution.quantile(1) == .infinity)
        #expect(NormalDistribution.quantile(1.1).isNaN && NormalDistribution.quantile(.nan).isNaN)
    }

    @Test("The incomplete gamma function and the tail of chi-square")
    func gamma() throws {
        for row in try Reference.numbers("special", "gamma_upper") {
            #expect(Reference.agrees(GammaFunctions.upper(row[0], row[1]), row[2], 1e-9), "\(row)")
        }
        for row in try Reference.numbers("special", "chi_square_tail") {
            let tail = GammaFunctions.chiSquareTail(row[0], degreesOfFreedom: Int(row[1]))
            #expect(Reference.agrees(tail, row[2], 1e-9), "\(row)")
        }
        #expect(GammaFunctions.upper(1, 0) == 1 && GammaFunctions.upper(1, .infinity) == 0)
        #expect(GammaFunctions.upper(0, 1).isNaN && GammaFunctions.upper(1, -1).isNaN)
    }

    @Test("The incomplete beta function and its quantile")
    func beta() throws {
        for row in try Reference.numbers("special", "incomplete_beta") {
            #expect(Reference.agrees(GammaFunctions.incompleteBeta(row[0], row[1], row[2]), row[3], 1e-9), "\(row)")
        }
        for row in try Reference.numbers("special", "beta_quantile") {
            #expect(Reference.agrees(GammaFunctions.betaQuantile(row[0], row[1], row[2]), row[3], 1e-9), "\(row)")
        }
        #expect(GammaFunctions.incompleteBeta(1, 1, 2).isNaN && GammaFunctions.betaQuantile(0, 1, 0.5).isNaN)
    }

    @Test(
        "Numbers for people keep a few digits",
        arguments: [
            (0.012345, 3, "0.0123"), (-1.5, 3, "-1.50"), (0, 4, "0"), (123_456.7, 3, "123457"),
            (0.00001234, 3, "1.23e-5"),
            (9.999, 2, "10.0"), (.infinity, 3, "inf"), (1e9, 2, "1.0e9"), (0.999, 2, "1.00"), (-0.1, 2, "-0.10"),
        ])
    func formatted(value: Double, digits: Int, expected: String) {
        #expect(value.formatted(digits: digits) == expected)
    }
}
