// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import TensorKernels
import Testing

@Suite("Attention")
struct AttentionTests {
    /// A cache of one layer and one head with random keys and values.
    private struct Cache {
        let pages: [Buffer<UInt8>]
        let valueOffset: Int

        init(positions: Int, headSize: Int, numbers: inout Numbers) {
            let perPage = CTK_PAGE_POSITIONS * headSize
            self.valueOffset = perPage * 2
            self.pages = (0..<(positions + CTK_PAGE_POSITIONS - 1) / CTK_PAGE_POSITIONS).map { _ in
                let page = Buffer<UInt8>(count: perPage * 4)
                UnsafeMutableRawPointer(page.base).withMemoryRebound(to: UInt16.self, capacity: perPage * 2) { halves in
                    for (index, value) in numbers.floats(perPage * 2).enumerated() {
                        halves[index] = ctk_float_to_half(value * 0.3)
                    }
                }
                return page
            }
        }
    }

    private static func attend(
        _ kernels: Kernels, _ cache: Cache, queries: [[Float]], limits: [Int], headSize: Int
    ) -> [[Float]] {
        let inputs = queries.map { query in
            let buffer = Buffer<Float>(count: headSize)
            for (index, value) in query.enumerated() { buffer[index] = value }
            return buffer
        }
        let outputs = queries.map { _ in Buffer<Float>(count: headSize) }
        var call = ctk_attention()
        call.rows = queries.count
        call.head_size = headSize
        call.scale = 0.125
        call.value_offset = cache.valueOffset
        withUnsafeMutableBytes(of: &call.queries) { slots in
            let slots = slots.bindMemory(to: UnsafePointer<Float>?.self)
            for (slot, input) in inputs.enumerated() { slots[slot] = UnsafePointer(input.base) }
        }
        withUnsafeMutableBytes(of: &call.outputs) { slots in
            let slots = slots.bindMemory(to: UnsafeMutablePointer<Float>?.self)
            for (slot, output) in outputs.enumerated() { slots[slot] = output.base }
        }
        withUnsafeMutableBytes(of: &call.limits) { slots in
            let slots = slots.bindMemory(to: Int.self)
            for (slot, limit) in limits.enumerated() { slots[slot] = limit }
        }
        let pages: [UnsafePointer<UInt8>?] = cache.pages.map { UnsafePointer($0.base) }
        withExtendedLifetime((inputs, outputs, cache)) {
            pages.withUnsafeBufferPointer {
                call.pages = $0.baseAddress
                kernels.table.pointee.attention(&call)
            }
        }
        return outputs.map { output in (0..<headSize).map { output[$0] } }
    }

    @Test(
        "Every instruction set gives the plain softmax over the visible positions",
        arguments: KernelVariant.fast, [16, 64, 80, 128, 256])
    func matchesScalar(variant: KernelVariant, headSize: Int) {
        var numbers = Numbers(UInt64(headSize))
        for limits in [
            [1], [2, 1], [63, 64, 65], [16, 17, 128, 1], [300, 301, 302, 303], [5, 64, 65, 1, 129],
            [70, 70, 70, 71, 71, 71],
        ] {
            let cache = Cache(positions: limits.max() ?? 1, headSize: headSize, numbers: &numbers)
            let queries = limits.map { _ in numbers.floats(headSize) }
            let expected = Self.attend(
                KernelVariant.scalar, cache, queries: queries, limits: limits, headSize: headSize)
            let found = Self.attend(variant.kernels, cache, queries: queries, limits: limits, headSize: headSize)
            let errors = zip(found.joined(), expected.joined()).map { abs($0 - $1) }
            #expect((errors.max() ?? 1) <= 2e-5)
        }
    }

    @Test(
        "A row's result is the same to the bit, whatever other rows it is computed with", arguments: KernelVariant.all)
    func rowsAreIndependent(variant: KernelVariant) {
        var numbers = Numbers(11)
        let limits = [90, 91, 200, 33, 64, 1]
        let cache = Cache(positions: 200, headSize: 64, numbers: &numbers)
        let queries = limits.map { _ in numbers.floats(64) }
        func attend(_ rows: Range<Int>) -> [[Float]] {
            Self.attend(
                variant.kernels, cache, queries: Array(queries[rows]), limits: Array(limits[rows]), headSize: 64)
        }
        let alone = (0..<6).flatMap { attend($0..<$0 + 1) }
        for size in 2...6 {
            for first in 0...6 - size {
                let together = attend(first..<first + size)
                let same = together == Array(alone[first..<first + size])
                #expect(same, "\(size) rows from \(first) on")
            }
        }
    }

    @Test("What lies beyond a row's limit never matters, not even not-a-number", arguments: KernelVariant.all)
    func masksGarbage(variant: KernelVariant) {
        var numbers = Numbers(9)
        let cache = Cache(positions: 64, headSize: 64, numbers: &numbers)
        let queries = [numbers.floats(64), numbers.floats(64)]
        let limits = [10, 21]
        let before = Self.attend(variant.kernels, cache, queries: queries, limits: limits, headSize: 64)
        UnsafeMutableRawPointer(cache.pages[0].base).withMemoryRebound(to: UInt16.self, capacity: 64 * 64) { keys in
            for position in 21..<64 {
                for d in 0..<64 { keys[position / 16 * 64 * 16 + d * 16 + position % 16] = 0x7E00 }
            }
        }
        let after = Self.attend(variant.kernels, cache, queries: queries, limits: limits, headSize: 64)
        withExtendedLifetime(cache) {}
        let unchanged = before == after
        #expect(unchanged)
    }
}
