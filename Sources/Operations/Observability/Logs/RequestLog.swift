// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import Logging
package import Tracing

/// Says a line for each request, of which nothing comes from users: it need not be looked through, and where ``JSONLogHandler``
/// writes it, no metadata are put together.
package struct RequestLog: Sendable {
    private let logger: Logger
    private let handler: JSONLogHandler?

    /// Says lines to a logger.
    package init(_ logger: Logger) {
        self.logger = logger
        self.handler = logger.handler as? JSONLogHandler
    }

    /// Says a line.
    package func info(_ message: String, in context: ServiceContext, _ attributes: AttributeList) {
        if let handler { return handler.log(.info, message, of: context.trace, attributes) }
        ServiceContext.withValue(context) {
            self.logger.info(
                "\(message)",
                metadata: Dictionary(
                    attributes.all.map { ($0.key, "\($0.value.json.stringValue ?? $0.value.json.serialized())") },
                    uniquingKeysWith: { $1 }))
        }
    }
}
