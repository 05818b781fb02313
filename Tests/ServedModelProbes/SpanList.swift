// SPDX-License-Identifier: Apache-2.0

package import Observability
internal import Synchronization

/// Spans that were kept.
package final class SpanList: TelemetryReceiver {
    private let state = Mutex<[SpanRecord]>([])
    package var all: [SpanRecord] { self.state.withLock { $0 } }

    package init() {}

    package func receive(_ span: SpanRecord) { self.state.withLock { $0.append(span) } }
}
