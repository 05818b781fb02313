// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels

/// How keys and values are stored.
package enum KVCacheType: Sendable, Hashable {
    /// Half floats.
    case f16
    /// 8-bit integers with a scale for 16 neighbours: five eighths of the memory, a little less exact.
    case q8
    /// Floats: twice the memory, and exact.
    case f32

    /// The number by which the kernels know it.
    var kernelType: ctk_cache_type {
        switch self {
        case .f16: CTK_CACHE_F16
        case .q8: CTK_CACHE_Q8
        case .f32: CTK_CACHE_F32
        }
    }
}

/// Where things are in a page of the KV cache.
///
/// Each layer and key-value head has its keys, transposed in blocks of 16 positions, and then its values; see
/// `ctk_attention`.
package struct KVLayout: Sendable, Hashable {
    /// Positions of a page.
    package static let positions = CTK_PAGE_POSITIONS
    /// How keys and values are stored.
    package let type: KVCacheType
    private let heads: Int
    let headLength: Int
    private let layers: Int

    /// The layout for models of a shape.
    package init(_ shape: ModelConfiguration, type: KVCacheType = .f16) {
        self.type = type
        self.heads = shape.keyValueHeadCount
        self.headLength = shape.headLength
        self.layers = shape.layerCount
    }

    /// Pages that hold a number of positions.
    package static func pages(for positions: Int) -> Int { (positions + self.positions - 1) / self.positions }

    /// Bytes of one head's keys, and of its values, in a page.
    private var headBytes: Int {
        switch self.type {
        case .f16: Self.positions * self.headLength * MemoryLayout<UInt16>.stride
        case .f32: Self.positions * self.headLength * MemoryLayout<Float>.stride
        case .q8: Self.positions * (self.headLength + self.headLength / CTK_CACHE_BLOCK * MemoryLayout<Float>.stride)
        }
    }
    /// Bytes of a page.
    package var pageBytes: Int { 2 * self.layers * self.heads * self.headBytes }
    func keyOffset(layer: Int, head: Int) -> Int { 2 * (layer * self.heads + head) * self.headBytes }
    func valueOffset(layer: Int, head: Int) -> Int { self.keyOffset(layer: layer, head: head) + self.headBytes }

    /// Writes a key or value of one position.
    ///
    /// - Parameters:
    ///   - vector: ``headLength`` numbers.
    ///   - elements: Where a head's keys or values begin in the page.
    ///   - inside: The position in the page.
    ///   - isKey: Whether neighbouring elements are 16 apart.
    ///   - kernels: What converts.
    func store(
        _ vector: UnsafePointer<Float>, in elements: UnsafeMutableRawPointer, inside: Int, isKey: Bool,
        kernels: UnsafePointer<ctk_kernels_table>
    ) {
        let (length, stride) = (self.headLength, isKey ? 16 : 1)
        let first = isKey ? inside / 16 * length * 16 + inside % 16 : inside * length
        switch self.type {
        case .f16:
            kernels.pointee.store_halves(
                elements.assumingMemoryBound(to: UInt16.self) + first, vector, length, stride)
        case .f32:
            kernels.pointee.store_floats(
                elements.assumingMemoryBound(to: Float.self) + first, vector, length, stride)
        case .q8:
            let scales = (elements + Self.positions * length).assumingMemoryBound(to: Float.self)
            kernels.pointee.store_quants(
                elements.assumingMemoryBound(to: Int8.self) + first, scales + inside, vector, length, stride)
        }
    }
}
