// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import TensorKernels

/// The numbers of a tensor.
///
/// Memory that is given up is kept for the next tensor of about the same size: a step of training makes the same tensors again and
/// again, and fresh memory costs more than what is computed in it.
final class TensorStorage: @unchecked Sendable {  // Tensor writes only where it alone holds it, as arrays do.
    /// How many numbers there are.
    let count: Int
    private let buffer: Buffer<Float>

    /// Takes memory that holds anything; the caller writes before reading.
    init(uninitializedCount count: Int) {
        self.count = count
        self.buffer = Self.kept.take(count)
    }

    /// The numbers, 64-byte aligned.
    var base: UnsafeMutablePointer<Float> { self.buffer.base }

    deinit { Self.kept.put(self.buffer) }

    private static let kept = KeptBuffers()
}

/// Memory that waits for its next tensor.
private final class KeptBuffers: Sendable {
    /// The most floats that wait: 512 MiB.
    private static let most = 1 << 27

    private struct State: @unchecked Sendable {  // A buffer is in here, or with one storage that lives.
        var buffers: [Int: [Buffer<Float>]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// Sizes are kept by eighths of powers of two, so that a batch that is a little larger finds the last one's memory.
    private static func size(_ count: Int) -> Int {
        guard count > 64 else { return 64 }
        let step = max(16, (1 << (Int.bitWidth - 1 - count.leadingZeroBitCount)) / 8)
        return (count + step - 1) / step * step
    }

    func take(_ count: Int) -> Buffer<Float> {
        let size = Self.size(count)
        let kept = self.state.withLock { state -> Buffer<Float>? in
            guard let buffer = state.buffers[size]?.popLast() else { return nil }
            state.count -= size
            return buffer
        }
        return kept ?? Buffer(uninitializedCount: size)
    }

    func put(_ buffer: Buffer<Float>) {
        nonisolated(unsafe) let buffer = buffer  // Its storage ends: nobody else holds it.
        self.state.withLock { state in
            guard state.count + buffer.count <= Self.most else { return }
            state.buffers[buffer.count, default: []].append(buffer)
            state.count += buffer.count
        }
    }
}
