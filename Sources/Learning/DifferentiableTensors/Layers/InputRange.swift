// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The least and the greatest number that has come into a layer, from which a scale for it in 8 bits is made.
package final class InputRange: Sendable {
    private let seen = Mutex<ClosedRange<Float>?>(nil)

    /// Makes a range that has seen nothing.
    package init() {}

    /// What was seen, widened so that it holds zero, which 8 bits must hit; nil before anything was.
    package var bounds: ClosedRange<Float>? { self.seen.withLock { $0 } }

    /// Takes the numbers that come in.
    func take(_ rows: Tensor) {
        guard let (least, greatest) = rows.values.bounds else { return }
        self.seen.withLock { seen in
            seen = min(least, seen?.lowerBound ?? 0)...max(greatest, seen?.upperBound ?? 0)
        }
    }
}

extension Array<Float> {
    fileprivate var bounds: (least: Float, greatest: Float)? {
        guard let least = self.min(), let greatest = self.max() else { return nil }
        return (least, greatest)
    }
}
