// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Something that is taken for a while, and given back when nobody holds this value any more.
package final class Lease: Sendable {
    private let giveBack: @Sendable () -> Void
    private let isHeld = Atomic(true)

    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { self.end() }

    /// Gives it back, if that has not been done.
    package func end() {
        if self.isHeld.exchange(false, ordering: .relaxed) { self.giveBack() }
    }
}

extension GenerationStream {
    /// The same stream, which holds a lease until its end is known.
    func holding(_ lease: Lease) -> GenerationStream { self.watched { _ in withExtendedLifetime(lease) {} } }
}
