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
        let path: String
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
        return Call(model: model, job: job, form: form, path: path)
    }

    func replies(to calls: [any ImmediateCall]) -> [WholeReply?] {
        let calls = calls.map { $0 as? Call }
        var replies = [WholeReply?](repeating: nil, count: calls.count)
        var rest = calls.indices.filter { calls[$0] != nil }
        // Nearly always there is one model; each has those of its own.
        while let model = rest.first.flatMap({ calls[$0]?.model }) {
            let own = rest.filter { calls[$0]?.model === model }
            rest.removeAll { calls[$0]?.model === model }
            let results = self.repository.answerAtOnce(own.compactMap { calls[$0]?.job }, by: model)
            for (index, result) in zip(own, results) {
                replies[index] = result.map { self.reply(to: calls[index], $0) }
            }
        }
        return replies
    }

    private func reply(to call: Call?, _ result: Result<InferenceResponse, any Error>) -> WholeReply {
        do {
            return try (call?.form ?? InferOutputForm()).reply(try result.get())
        } catch { return .kserveError(ServingError(error)) }
    }
}
