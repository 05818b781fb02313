// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import Foundation
import TensorKernels
import Testing

@Suite("Attention")
struct AttentionTests {
    static let limits = [
        [1], [2, 1], [63, 64, 65], [16, 17, 128, 1], [300, 301, 302, 303], [5, 64, 65, 1, 129],
        [70, 70, 70, 71, 71, 71],
    ]
    static let types = [CTK_CACHE_F16, CTK_CACHE_Q8, CTK_CACHE_F32]

    /// A cache of one layer and one head with random keys and values.
    private struct Cache {
        let type: ctk_cache_type
        let pages: [Buffer<UInt8>]
        let valueOffset: Int

        init(_ type: ctk_cache_type = CTK_CACHE_F16, positions: Int, headSize: Int, numbers: inout Numbers) {
            let perPage = CTK_PAGE_POSITIONS * headSize
            self.type = type
            self.valueOffset =
                switch type {
                case CTK_CACHE_F16: perPage * 2
                case CTK_CACHE_F32: perPage * 4
                default: perPage + perPage / CTK_CACHE_BLOCK * 4
                }
            let pageBytes = 2 * self.valueOffset
            self.pages = (0..<(positions + CTK_PAGE_POSITIONS - 1) / CTK_PAGE_POSITIONS).map { _ in
                let page = Buffer<UInt8>(count: pageBytes)
                guard type != CTK_CACHE_F32 else {
                    UnsafeMutableRawPointer(page.base).withMemoryRebound(to: Float.self, capacity: perPage * 2) {
                        for (index, value) in numbers.floats(perPage * 2).enumerated() { $0[index] = value * 0.3 }
                    }
                    return page
                }
                guard type == CTK_CACHE_F16 else {
                    for index in 0..<pageBytes { page[index] = UInt8.random(in: 0...255, using: &numbers) }
                    for part in 0..<2 {
                        let scales = UnsafeMutableRawPointer(page.base) + part * pageBytes / 2 + perPage
                        for (index, value) in numbers.floats(perPage / CTK_CACHE_BLOCK).enumerated() {
                            scales.storeBytes(of: abs(value) * 0.003, toByteOffset: index * 4, as: Float.self)
                        }
                    }
                    return page
                }
                UnsafeMutableRawPointer(page.base).withMemoryRebound(to: UInt16.self, capacity: perPage * 2) { halves in
                    for (index, value) in numbers.floats(perPage * 2).enumerated() {
                        halves[index] = ctk_float_to_half(value * 0.3)
                    }
                }
                return page
            }
        }

        /// The softmax over `range` by its definition, for a cache of half floats.
        func attention(of query: [Float], to range: Range<Int>, softcap: Double) -> [Double] {
            func half(_ position: Int, _ offset: Int) -> Double {
                let page = UnsafeRawPointer(self.pages[position / CTK_PAGE_POSITIONS].base)
                return Double(ctk_half_to_float(page.load(fromByteOffset: offset, as: UInt16.self)))
            }
            let weights = range.map { position -> Double in
                let inside = position % CTK_PAGE_POSITIONS
                let first = inside / 16 * query.count * 16 + inside % 16
                let score = query.indices.reduce(0.0) { $0 + Double(query[$1]) * half(position, 2 * (first + $1 * 16)) }
                return exp(softcap == 0 ? score * 0.125 : softcap * tanh(score * 0.125 / softcap))
            }
            return query.indices.map { d in
                let sum = zip(range, weights).reduce(0.0) { sum, item in
                    let value = self.valueOffset + 2 * (item.0 % CTK_PAGE_POSITIONS * query.count + d)
                    return sum + item.1 * half(item.0, value)
                }
                return sum / weights.reduce(0, +)
            }
        }
    }

    private static func attend(
        _ kernels: Kernels, _ cache: Cache, queries: [[Float]], starts: [Int]? = nil, limits: [Int], headSize: Int,
        softcap: Float = 0
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
        call.softcap = softcap
        call.cache = cache.type
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
        withUnsafeMutableBytes(of: &call.starts) { slots in
            let slots = slots.bindMemory(to: Int.self)
            for (slot, start) in (starts ?? []).enumerated() { slots[slot] = start }
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
        for (type, limits) in Self.types.flatMap({ type in
            Self.limits.map { (type, $0) }
        }) {
            let cache = Cache(type, positions: limits.max() ?? 1, headSize: headSize, numbers: &numbers)
            let queries = limits.map { _ in numbers.floats(headSize) }
            let expected = Self.attend(
                KernelVariant.scalar, cache, queries: queries, limits: limits, headSize: headSize)
            let found = Self.attend(variant.kernels, cache, queries: queries, limits: limits, headSize: headSize)
            let errors = zip(found.joined(), expected.joined()).map { abs($0 - $1) }
            #expect((errors.max() ?? 1) <= 2e-5)
        }
    }

    static let windows = [
        ([0], [1]), ([63], [64]), ([64, 10], [65, 70]), ([0, 0, 100, 190], [3, 64, 101, 200]),
        ([70, 71, 72, 73, 74, 75], [134, 135, 136, 137, 138, 139]), ([0, 130, 20], [10, 200, 150]),
    ]

    @Test(
        "A window's lower end and capped scores: the plain softmax over what is seen", arguments: KernelVariant.all,
        [Float(0), 3])
    func windowsAndCaps(variant: KernelVariant, softcap: Float) {
        var numbers = Numbers(21)
        let headSize = 32
        for (starts, limits) in Self.windows {
            let cache = Cache(positions: limits.max() ?? 1, headSize: headSize, numbers: &numbers)
            let queries = limits.map { _ in numbers.floats(headSize) }
            let found = Self.attend(
                variant.kernels, cache, queries: queries, starts: starts, limits: limits, headSize: headSize,
                softcap: softcap)
            for (row, query) in queries.enumerated() {
                let expected = cache.attention(of: query, to: starts[row]..<limits[row], softcap: Double(softcap))
                #expect(zip(found[row], expected).allSatisfy { abs(Double($0) - $1) <= 2e-5 })
            }
        }
    }

    @Test("What lies before every row's window is never read, whatever rows are together", arguments: KernelVariant.all)
    func beforeTheWindow(variant: KernelVariant) {
        var numbers = Numbers(22)
        let (starts, limits) = ([75, 130, 140], [150, 180, 200])
        let cache = Cache(positions: 200, headSize: 64, numbers: &numbers)
        let queries = limits.map { _ in numbers.floats(64) }
        for index in 0..<cache.pages[0].count { cache.pages[0][index] = 0xFF }  // Not-a-number.
        func attend(_ rows: Range<Int>) -> [[Float]] {
            Self.attend(
                variant.kernels, cache, queries: Array(queries[rows]), starts: Array(starts[rows]),
                limits: Array(limits[rows]), headSize: 64)
        }
        let together = attend(0..<3)
        let finite = together.joined().allSatisfy(\.isFinite)
        #expect(finite)
        let alone = (0..<3).flatMap { attend($0..<$0 + 1) }
        let same = together == alone
        #expect(same)
    }

    @Test("Integers of the cache are the nearest ones, wherever they are stored", arguments: KernelVariant.all)
    func storesQuants(variant: KernelVariant) throws {
        var numbers = Numbers(12)
        for (count, stride) in [(16, 1), (64, 16), (256, 1), (64, 1)] {
            for vector in [numbers.floats(count), [Float](repeating: 0, count: count)] {
                var quants = [Int8](repeating: 99, count: count * stride)
                let store = try #require(variant.kernels.table.pointee.store_quants)
                var scales = [Float](repeating: .nan, count: count / CTK_CACHE_BLOCK * CTK_PAGE_POSITIONS)
                store(&quants, &scales, vector, count, stride)
                for (index, value) in vector.enumerated() {
                    let block = index / CTK_CACHE_BLOCK
                    let largest = vector[block * CTK_CACHE_BLOCK..<(block + 1) * CTK_CACHE_BLOCK].map(abs).max() ?? 0
                    let scale = scales[block * CTK_PAGE_POSITIONS]
                    #expect(abs(scale - largest / 127) <= largest * 1e-6)
                    #expect(abs(Float(quants[index * stride]) * scale - value) <= scale * 0.501)
                }
            }
        }
    }

    @Test(
        "A row's result is the same to the bit, whatever other rows it is computed with", arguments: KernelVariant.all,
        types)
    func rowsAreIndependent(variant: KernelVariant, type: ctk_cache_type) {
        var numbers = Numbers(11)
        let limits = [90, 91, 200, 33, 64, 1]
        let cache = Cache(type, positions: 200, headSize: 64, numbers: &numbers)
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
