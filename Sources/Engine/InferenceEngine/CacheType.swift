// SPDX-License-Identifier: Apache-2.0

internal import TransformerRuntime

/// How the keys and values of sequences are stored.
public enum CacheType: String, Sendable, Hashable, CaseIterable {
    /// Half floats.
    case f16
    /// 8-bit integers with a scale for 16 neighbours: five eighths of the memory, a little less exact.
    case q8
    /// Floats: twice the memory of half floats, and exact.
    case f32

    var layoutType: KVCacheType {
        switch self {
        case .f16: .f16
        case .q8: .q8
        case .f32: .f32
        }
    }
}
