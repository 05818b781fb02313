// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// A text model's answer as it arrives.
struct KServeTextAnswer: Sendable {
    private let layout: KServeTextLayout
    private let maxTokens: Int?
    private var reason = ""
    private var usage = TokenUsage(promptTokens: 0, completionTokens: 0)
    private var model = ""
    private var hasText = false

    init(_ layout: KServeTextLayout, maxTokens: Int?) {
        self.layout = layout
        self.maxTokens = maxTokens
    }

    /// Takes a response.
    ///
    /// - Returns: More of the text; empty for none.
    /// - Throws: ``KServeTensorError`` where the output is no text.
    mutating func take(_ response: KServeResponse) throws -> String {
        self.model = response.model
        if let reason = try response["finish_reason"]?.strings().first, reason != "None" { self.reason = reason }
        if let count = try response["num_input_tokens"]?.wholeNumber { self.usage.promptTokens = count }
        if let count = try response["num_output_tokens"]?.wholeNumber {
            self.usage.completionTokens = self.usage.completionTokens.addingReportingOverflow(count).partialValue
        }
        guard let output = self.layout.textOutput, let tensor = response[output] else { return "" }
        self.hasText = true
        return try tensor.strings().joined()
    }

    /// Ends the answer.
    ///
    /// - Throws: ``LLMError`` with code `.truncatedStream` where the model says why it ends, and did not; with
    ///   `.backendFailed` where there was no text at all.
    func summary() throws -> GenerationSummary {
        guard self.hasText else {
            throw LLMError(
                .backendFailed,
                "'\(self.model)' answered without the output '\(self.layout.textOutput ?? "text_output")'.")
        }
        guard !self.layout.tellsFinishReason || ["stop", "length"].contains(self.reason) else {
            throw LLMError(
                .truncatedStream,
                "The answer of '\(self.model)' is not complete; it ended with the reason '\(self.reason)'.")
        }
        let isAtLimit =
            !self.layout.tellsFinishReason && self.usage.completionTokens > 0
            && self.usage.completionTokens == self.maxTokens
        return GenerationSummary(
            finishReason: self.reason == "length" || isAtLimit ? .length : .stop, usage: self.usage, model: self.model)
    }
}

extension KServeTensor {
    /// The first element of a tensor of whole numbers that are not negative.
    fileprivate var wholeNumber: Int? {
        get throws {
            let value: Int? =
                switch self.datatype {
                case .uint32: try self.values(as: UInt32.self).first.map(Int.init)
                case .int32: try self.values(as: Int32.self).first.map(Int.init)
                case .uint64: try self.values(as: UInt64.self).first.flatMap(Int.init(exactly:))
                default: try self.values(as: Int64.self).first.map(Int.init)
                }
            return value.map { max(0, $0) }
        }
    }
}
