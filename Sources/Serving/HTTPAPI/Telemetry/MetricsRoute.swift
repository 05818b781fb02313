// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import Observability

/// Shows metrics to Prometheus, in the format that it asks for.
struct MetricsRoute: Sendable {
    let metrics: MetricRegistry

    func respond(to request: Request) async -> Response {
        let format = MetricText.Format(accept: request.headers[.accept])
        let text = MetricText.write(await self.metrics.collect(), as: format)
        return Response(
            status: .ok, headers: [.contentType: format.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
