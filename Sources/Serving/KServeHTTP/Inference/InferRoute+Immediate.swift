// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import NIOCore
internal import ServingCore

extension InferRoute: ImmediateRoute {
    /// A request for a model whose runs are brief.
    private struct Call: ImmediateCall {
        let model: LoadedModel
        let job: InferenceJob
        let form: InferOutputForm
        let coding: ContentCoding?
        let path: String

        func cancel() { self.model.cancel(self.job) }
    }

    func takes(_ head: HTTPRequest) -> Bool {
        guard head.method == .post, let path = head.path?.utf8 else { return false }
        return path.starts(with: "/v2/models/".utf8) && path.suffix(6).elementsEqual("/infer".utf8)
    }

    func read(_ head: HTTPRequest, _ body: ByteBuffer) -> (any ImmediateCall)? {
        guard let target = head.path.flatMap(Target.init(inferPath:)),
            let model = self.repository.briefModel(named: target.model, version: target.version),
            let (request, form) = try? self.read(head.headerFields, body, target),
            let job = model.job(forAnsweringAtOnce: request)
        else { return nil }
        let path = target.version.isEmpty ? "/v2/models/{model}/infer" : "/v2/models/{model}/versions/{version}/infer"
        return Call(model: model, job: job, form: form, coding: Self.coding(head.headerFields), path: path)
    }

    func answer(_ calls: [any ImmediateCall], _ answer: @escaping @Sendable (Int, WholeReply?) -> Void) {
        let calls = calls.compactMap { $0 as? Call }
        let refused = self.repository.start(calls.map { ($0.model, $0.job) }) { index, result in
            answer(index, self.reply(to: calls[index], result))
        }
        for index in refused { answer(index, nil) }
    }

    private func reply(to call: Call, _ result: Result<InferenceResponse, any Error>) -> WholeReply {
        do { return try call.form.reply(try result.get(), for: call.coding) } catch {
            return .kserveError(ServingError(error))
        }
    }
}
