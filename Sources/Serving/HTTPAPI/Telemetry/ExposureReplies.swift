// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import ModelGateway

/// Tells in a reply's headers which arm of which experiment answered.
struct ExposureReplies<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let note = ExposureNote()
        var response = try await ExposureNote.$current.withValue(note) { try await next(request, context) }
        if let exposure = note.exposure {
            response.headers[.autoglmExperiment] = exposure.experiment
            response.headers[.autoglmArm] = exposure.arm
            response.headers[.autoglmUnit] = exposure.unit
        }
        return response
    }
}
