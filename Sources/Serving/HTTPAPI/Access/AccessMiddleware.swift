// SPDX-License-Identifier: Apache-2.0

package import AccessControl
internal import AdapterMiddleware
internal import HTTPTypes
package import Hummingbird

/// Lets requests in by their keys, and tells each what is left of its allowance.
package struct AccessMiddleware<Context: RequestContext>: RouterMiddleware {
    private let access: AccessGuard
    private let metricsPath: [Substring]

    /// Makes the middleware.
    ///
    /// - Parameters:
    ///   - access: Who is let in.
    ///   - metricsPath: Where metrics are found; nil where they are not.
    package init(_ access: AccessGuard, metricsPath: String?) {
        self.access = access
        self.metricsPath = metricsPath?.pathComponents ?? []
    }

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path.pathComponents
        let kind = RouteKind(request.method, path: path, metricsPath: self.metricsPath)
        guard let admission = try await self.access.admit(request.credential, to: kind) else {
            return try await next(request, context)
        }
        var response: Response
        do {
            try admission.start()
            if let model = Self.model(in: path, kind) { try admission.check(model: model) }
            response = try await Admission.$current.withValue(admission) { try await next(request, context) }
        } catch { response = ErrorReplies<Context>.reply(to: error, request, context) }
        admission.standing?.write(to: &response.headers)
        return response
    }

    /// The model that a path of KServe v2 names, or the experiment, which is a model to who asks it; other protocols name it
    /// in the body.
    private static func model(in path: [Substring], _ kind: RouteKind) -> String? {
        if kind == .inference, path.count == 4, path[1] == "experiments" {
            return String(path[2]).removingPercentEscapes
        }
        guard path.first == "v2", let index = path.prefix(3).firstIndex(of: "models"), index + 1 < path.count else {
            return nil
        }
        return String(path[index + 1]).removingPercentEscapes
    }
}

extension RateStanding {
    /// Writes what is left under the names that OpenAI's clients read.
    fileprivate func write(to headers: inout HTTPFields) {
        for (what, standing) in [("requests", self.requests), ("tokens", self.tokens)] {
            guard let standing else { continue }
            let values = [
                ("limit", "\(Int(standing.capacity))"), ("remaining", "\(Int(standing.left))"),
                ("reset", Self.written(standing.untilFull)),
            ]
            for (name, value) in values {
                if let field = HTTPField.Name("x-ratelimit-\(name)-\(what)") { headers[field] = value }
            }
        }
    }

    /// A time as OpenAI writes it: `6m0s`, `1.5s`.
    private static func written(_ duration: Duration) -> String {
        let milliseconds = Int((duration / .milliseconds(1)).rounded(.up))
        let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
        let seconds = rest % 1000 == 0 ? "\(rest / 1000)s" : "\(Double(rest) / 1000)s"
        return minutes > 0 ? "\(minutes)m\(seconds)" : seconds
    }
}
