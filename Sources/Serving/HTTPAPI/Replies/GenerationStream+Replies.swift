// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import LLMCore

extension ModelAdapter {
    /// Starts so many answers to one prompt.
    func answers(to request: GenerationRequest, completions: Int = 1) async throws -> [GenerationStream] {
        guard completions > 1 else { return [try await self.generate(request)] }
        return try await self.generate(request, completions: completions)
    }
}

extension [GenerationStream] {
    /// Reads each answer to its end.
    func whole() async throws -> [GenerationResponse] {
        var answers: [GenerationResponse] = []
        for stream in self { answers.append(try await stream.response()) }
        return answers
    }
}

extension Response {
    /// A reply that is sent as its answers come.
    static func stream(_ answers: [GenerationStream], _ chunks: some ReplyChunks) async throws -> Response {
        let stream = try await ChatStream(answers, chunks)
        return Response(
            status: .ok, headers: [.contentType: type(of: chunks).mediaType, .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                try await stream.write(to: &writer)
                try await writer.finish(nil)
            })
    }

    /// A reply that is sent when its answers are complete.
    static func json(
        _ answers: [GenerationResponse], _ write: (inout JSONWriter) -> Void
    ) -> Response {
        .json(capacity: answers.map(\.text.utf8.count).reduce(512, +), write)
    }
}
