// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore

/// Watches an answer for the beginning of a call, and holds back what may be one.
struct CallOpening {
    /// What to do with the answer so far.
    enum Outcome: Equatable {
        /// Pass this on; there is no call yet.
        case pass(String)
        /// Pass this on; a call begins after it.
        case call(String)
        /// There is something else than another call.
        case end
    }

    private let form: ToolCallForm
    private let openerToken: Int?
    private let followsCall: Bool
    private var matcher: StopMatcher
    private var start: String? = ""

    /// Watches for calls.
    ///
    /// - Parameters:
    ///   - form: How the model announces them.
    ///   - openerToken: The token that announces them, where it is one that leaves no text.
    ///   - followsCall: Whether a call came before, so that only another one may follow.
    init(_ form: ToolCallForm, openerToken: Int?, followsCall: Bool) {
        self.form = form
        self.openerToken = openerToken
        self.followsCall = followsCall
        self.matcher = StopMatcher(form.opensAnswer ? [] : [form.opener])
    }

    /// Takes more of the answer.
    mutating func append(_ delta: TextDelta) -> Outcome {
        if let openerToken, delta.tokens.contains(where: { $0.id == openerToken }) {
            return .call(self.followsCall ? "" : self.matcher.finish())
        }
        if self.followsCall { return self.appendBetweenCalls(delta.text) }
        if self.form.opensAnswer, let start {
            let text = start + delta.text
            guard let first = text.first(where: { !$0.isWhitespace }) else {
                self.start = text
                return .pass("")
            }
            self.start = nil
            return self.form.opener.first == first ? .call("") : .pass(text)
        }
        switch self.matcher.append(delta.text) {
        case .pass(let text): return .pass(text)
        case .stop(let text): return .call(text)
        }
    }

    /// Ends the answer: what was held back is text.
    mutating func finish() -> String {
        if self.followsCall { return "" }
        return self.form.opensAnswer ? self.start ?? "" : self.matcher.finish()
    }

    private mutating func appendBetweenCalls(_ text: String) -> Outcome {
        let all = String((self.start.map { $0 + text } ?? text).drop { $0.isWhitespace })
        self.start = all
        if all.hasPrefix(self.form.opener) { return .call("") }
        return self.form.opener.hasPrefix(all) ? .pass("") : .end
    }
}
