// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Testing

@Suite("Tensors")
struct TensorTests {
    @Test("A copy does not change with its original")
    func copies() {
        var sum = Tensor([2], [1, 2])
        let copy = sum
        sum += Tensor([2], [10, 20])
        #expect(copy.values == [1, 2] && sum.values == [11, 22])
    }

    @Test("The zero of every shape changes nothing")
    func zero() {
        let x = Tensor([2], [1, 2])
        #expect(x + .zero == x && .zero + x == x && x - .zero == x && (Tensor.zero - x).values == [-1, -2])
        #expect((Tensor.zero + .zero).values == [0])
    }

    @Test("Memory that waits is not mixed up with what is in use")
    func memory() {
        var kept: [Tensor] = []
        for index in 0..<200 {
            kept.append(Tensor([1000 + index % 3], repeating: Float(index)))
            if index % 2 == 1 { kept.remove(at: kept.count / 2) }
        }
        #expect(kept.allSatisfy { tensor in tensor.values.allSatisfy { $0 == tensor.values[0] } })
        #expect(Set(kept.map { $0.values[0] }).count == kept.count)
    }
}
