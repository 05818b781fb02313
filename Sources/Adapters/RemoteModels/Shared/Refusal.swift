// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Why a server did not do what it was asked, in any of the shapes that servers say it.
struct Refusal: Sendable {
    /// The HTTP status, or one that means the same.
    var status: Int
    /// What the server says of it, for people.
    var message = ""
    /// What the server calls it, such as `context_length_exceeded`; several names joined by spaces.
    var kind = ""
    /// How long to wait before trying again, where the server says so.
    var retryAfter: Duration?

    /// Reads the body of a failed answer.
    init(status: Int, body: some Collection<UInt8>, retryAfter: Duration? = nil) {
        self.status = status
        self.retryAfter = retryAfter
        // Triton refuses streams by an event.
        let body = body.starts(with: "data: ".utf8) ? body.dropFirst(6) : body[...]
        guard let json = try? JSONValue(parsing: body, maximumDepth: 16) else {
            self.message = String(decoding: body.prefix(300), as: UTF8.self)
            return
        }
        self.read(json)
    }

    /// Reads an error that came inside of a stream.
    init(_ json: JSONValue) {
        self.status = 500
        self.read(json)
        // llama.cpp and vLLM give the status as a number in the error.
        let code = (json["error"] ?? json)["code"]?.integerValue ?? json["status_code"]?.integerValue
        if let code, 400..<600 ~= code { self.status = code }
        if self.kind.contains("overloaded") { self.status = 529 }
        if self.kind.contains("rate_limit") { self.status = 429 }
    }

    /// Takes message and kind: `{"error": {"message", "type", "code"}}`, `{"error": "…", "error_type"}`,
    /// `{"error": "…", "code"}`, `{"message"}`, `{"detail": "…"}`.
    private mutating func read(_ json: JSONValue) {
        let inner = json["error"] ?? json
        let detail = inner["message"] ?? json["message"] ?? json["detail"] ?? inner
        self.message = detail.stringValue ?? detail.serialized()
        self.kind = [inner["type"], inner["code"], json["error_type"], json["code"], inner["param"]]
            .compactMap { $0?.stringValue }.joined(separator: " ")
    }

    /// The error for those who talk to models.
    ///
    /// - Parameter server: Where it comes from.
    func error(from server: String) -> LLMError {
        let said =
            self.message.isEmpty ? "status \(self.status)" : "\(self.message.prefix(1000)) (status \(self.status))"
        return LLMError(
            self.code, "The server at \(server) refused: \(said)\(self.advice)", retryAfter: self.retryAfter)
    }

    private var code: LLMError.Code {
        if self.isOverflow { return .contextOverflow }
        // A server of this project, whose own backend broke off.
        if self.kind.contains("llm.truncated-stream") { return .truncatedStream }
        return switch self.status {
        case 401, 403: .unauthorized
        case 404: .unknownModel
        case 408, 504: .deadlineExceeded
        case 429: .rateLimited
        case 502, 503: .unavailable
        case 529: .overloaded
        case 501: .unsupported
        case 400..<500: .invalidRequest
        default: .backendFailed
        }
    }

    private var advice: String {
        switch self.code {
        case .unauthorized: ". Check the key and what it allows."
        case .unknownModel: ". Check the model's name and the server's URL."
        default: ""
        }
    }

    /// Whether the prompt is too long; servers agree on no code for it.
    private var isOverflow: Bool {
        guard 400..<500 ~= self.status else { return false }
        if self.kind.contains("context_length_exceeded") || self.kind.contains("exceed_context_size") { return true }
        let text = self.message.lowercased()
        return [
            "maximum context length", "context size", "context window", "prompt is too long", "max_model_len",
            "must be <= max_new_tokens", "tokens + `max_new_tokens` must be",
        ].contains { text.contains($0) }
    }
}
