// SPDX-License-Identifier: Apache-2.0

package import Logging
internal import Tracing

/// Says a line for each request.
///
/// It need not be looked through for secrets, and where ``JSONLogHandler`` writes it, no metadata are put together.
package final class RequestLog: Sendable {
    private let logger: Logger
    private let handler: JSONLogHandler?

    /// Says lines to a logger.
    package init(_ logger: Logger) {
        self.logger = logger
        self.handler = logger.handler as? JSONLogHandler
    }

    /// Says a line.
    ///
    /// - Parameter span: The request.
    package func info(_ line: RequestLine, in span: TracedSpan) {
        // A handler has many parts; it is not copied for every line.
        guard self.handler?.log(line, of: span.trace) == nil else { return }
        ServiceContext.withValue(span.context) {
            var metadata: Logger.Metadata = [
                "method": "\(line.method)", "seconds": "\(line.seconds)", "status": "\(line.status)",
            ]
            metadata["path"] = line.path.map { "\($0)" }
            self.logger.info("\(RequestLine.message)", metadata: metadata)
        }
    }
}
