// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads the events of Text Generation Inference's own streams.
struct TGIDecoder: AnswerDecoder {
    private let endpoint: RemoteEndpoint
    private var stops: StopFilter
    private let wantsLogProbabilities: Bool

    init(endpoint: RemoteEndpoint, request: GenerationRequest) {
        self.endpoint = endpoint
        self.stops = StopFilter(request.stop)
        self.wantsLogProbabilities = request.topLogProbabilities != nil
    }

    mutating func decode(_ piece: UnsafeRawBufferPointer, into events: inout AnswerEvents) throws {
        let json = try self.endpoint.value(piece)
        if json["error"] != nil { throw self.endpoint.error(Refusal(json)) }
        if let token = json["token"] {
            let text = token["special"] == true ? "" : token["text"]?.stringValue ?? ""
            events.add(self.stops.take(text), tokens: [self.token(token, json["top_tokens"])])
        }
        guard let details = json["details"], let reason = details["finish_reason"]?.stringValue else { return }
        events.add(self.stops.finish(wasStopped: reason == "stop_sequence"))
        events.finish(
            GenerationSummary(
                finishReason: reason == "length" ? .length : .stop,
                usage: TokenUsage(
                    promptTokens: details["input_length"]?.integerValue ?? 0,
                    completionTokens: details["generated_tokens"]?.integerValue ?? 0)))
    }

    /// An answer is complete when its last event says so, and not before.
    mutating func end(into events: inout AnswerEvents) throws {}

    private func token(_ json: JSONValue, _ others: JSONValue?) -> SampledToken {
        func logProbability(_ json: JSONValue) -> Float? { json["logprob"]?.numberValue.map { Float($0) } }
        return SampledToken(
            id: json["id"]?.integerValue, text: json["text"]?.stringValue,
            logProbability: self.wantsLogProbabilities ? logProbability(json) : nil,
            alternatives: (others?.arrayValue ?? []).map {
                SampledToken.Alternative(
                    id: $0["id"]?.integerValue, text: $0["text"]?.stringValue ?? "",
                    logProbability: logProbability($0) ?? -.infinity)
            })
    }
}
