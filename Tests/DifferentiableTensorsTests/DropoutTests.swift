// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import TensorKernels
import Testing
import _Differentiation

@Suite("Dropout")
struct DropoutTests {
    @Test("As many numbers are zero as the rate says, and the others keep the sum", arguments: [0, 0.1, 0.5, 0.9])
    func rate(rate: Float) {
        let out = Tensor([200, 500], repeating: 1).dropping(rate, seed: 7).values
        let zeros = Float(out.count { $0 == 0 }) / 100_000
        #expect(abs(zeros - rate) < 0.005 && Set(out).count <= 2)
        #expect(abs(out.reduce(0, +) / 100_000 - 1) < 0.03)
    }

    @Test("The same seed drops the same places on any number of threads, another one others")
    func seeds() {
        let x = GradientCheck.tensor([50, 40], seed: 1)
        let outs = [1, 2, 3].map { threads in
            ComputePool.$current.withValue(ComputePool(threads: threads)) { x.dropping(0.3, seed: 5) }
        }
        #expect(outs[0] == outs[1] && outs[0] == outs[2] && outs[0] != x.dropping(0.3, seed: 6))
    }

    @Test("Its derivative is what differences of values are")
    func derivative() {
        GradientCheck.check(GradientCheck.tensor([4, 5], seed: 2)) { $0.dropping(0.4, seed: 3).weighted() }
    }
}
