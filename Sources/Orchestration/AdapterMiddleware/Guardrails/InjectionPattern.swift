// SPDX-License-Identifier: Apache-2.0

/// A wording of prompt injection: words of these groups, in this order, with a few others between them.
struct InjectionPattern: Sendable {
    private let name: String
    private let groups: [Set<String>]
    private static let mostWordsBetween = 3

    private init(_ name: String, _ groups: String...) {
        self.name = name
        self.groups = groups.map { Set($0.split(separator: " ").map(String.init)) }
    }

    private static let wordings: [Self] = [
        Self(
            "override of instructions", "ignore disregard forget override bypass neglect skip",
            "previous prior above earlier preceding foregoing all your these system original",
            "instructions instruction prompt prompts rules guidelines directions directives commands constraints"),
        Self(
            "question for the system prompt", "reveal show print repeat output leak display disclose tell",
            "your the", "system hidden initial secret original developer", "prompt prompts instructions message rules"),
        Self("change of role", "you", "are re", "now", "dan jailbroken unrestricted unfiltered uncensored"),
        Self(
            "change of role", "pretend act respond behave answer", "no without any ignoring",
            "restrictions rules filters limits limitations guidelines censorship"),
        Self("change of mode", "developer god debug jailbreak dan admin", "mode", "enabled activated on engaged"),
    ]

    /// Wordings of languages that put no spaces between words.
    private static let phrases = [
        "忽略以上", "忽略之前", "忽略上述", "忽略前面", "无视以上", "无视之前", "无视上述", "忘记之前的", "忘掉之前的", "输出你的系统提示",
        "显示你的系统提示", "告诉我你的系统提示",
    ]

    private static let marks = [
        "<|im_start|>", "<|im_end|>", "<|system|>", "<|assistant|>", "<|start_header_id|>", "<|eot_id|>",
        "<|endoftext|>",
        "[inst]", "[/inst]", "<<sys>>", "<start_of_turn>",
    ]

    /// What a text tries, if it is one of the wordings.
    ///
    /// - Parameter withMarks: Whether the marks of chat templates count.
    static func find(in text: String, withMarks: Bool) -> String? {
        let plain = self.visible(text)
        if withMarks, let mark = self.marks.first(where: { plain.contains($0) }) { return "the mark \(mark)" }
        if self.phrases.contains(where: { plain.contains($0) }) { return "override of instructions" }
        let words = plain.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return self.wordings.first { $0.matches(words) }?.name
    }

    /// The text in lower case, without characters that nobody sees, which would cut words apart.
    private static func visible(_ text: String) -> String {
        var visible = String.UnicodeScalarView()
        visible.append(contentsOf: text.unicodeScalars.filter { $0.properties.generalCategory != .format })
        return String(visible).lowercased()
    }

    private func matches(_ words: [String]) -> Bool {
        words.indices.contains { self.groups[0].contains(words[$0]) && self.matches(words, group: 1, from: $0 + 1) }
    }

    private func matches(_ words: [String], group: Int, from start: Int) -> Bool {
        guard group < self.groups.count else { return true }
        for place in start..<min(words.count, start + Self.mostWordsBetween + 1)
        where self.groups[group].contains(words[place]) && self.matches(words, group: group + 1, from: place + 1) {
            return true
        }
        return false
    }
}
