// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads a list: bullets, numbers, one item a line, items separated by commas, or a JSON array.
public struct ListParser: ResultParser {
    /// The fewest items to accept.
    public let minimumCount: Int
    /// The most items to accept; nil accepts any number.
    public let maximumCount: Int?

    /// Makes a parser.
    public init(minimumCount: Int = 1, maximumCount: Int? = nil) {
        self.minimumCount = minimumCount
        self.maximumCount = maximumCount
    }

    /// What the model should do.
    public var instruction: String { "Answer with a list, one item per line, each line starting with '- '." }

    /// Reads the list; the value is an array, of strings unless the answer was JSON.
    public func parse(_ answer: String) throws -> ParsedResult {
        let text = try AnswerText.trimmed(answer, self)
        let result = self.jsonArray(text) ?? Self.items(of: text)
        let count = result.value.arrayValue?.count ?? 0
        guard count >= self.minimumCount, count <= self.maximumCount ?? .max else {
            let wanted = self.maximumCount.map { "\(self.minimumCount) to \($0)" } ?? "at least \(self.minimumCount)"
            throw ParseError(.mismatch, "The answer has \(count) items instead of \(wanted). \(self.instruction)")
        }
        return result
    }

    private func jsonArray(_ text: String) -> ParsedResult? {
        guard text.hasPrefix("[") || text.hasPrefix("```") else { return nil }
        guard let result = try? JSONAnswerParser().parse(text), result.value.arrayValue != nil else { return nil }
        return result
    }

    private static func items(of text: String) -> ParsedResult {
        let lines = text.split(whereSeparator: \.isNewline).map(\.trimmingSpace).filter { !$0.isEmpty }
        let marked = lines.map(Self.withoutBullet)
        if marked.contains(where: { $0 != nil }) {
            let items = marked.compactMap(\.self)
            let repairs = items.count < lines.count ? ["Lines that are no items were left out."] : []
            return ParsedResult(value: .array(items.map(Self.item)), repairs: repairs)
        }
        guard lines.count == 1, let line = lines.first else {
            return ParsedResult(value: .array(lines.map(Self.item)), repairs: ["Each line was taken as an item."])
        }
        var pieces = line.split { ",，、;；".contains($0) }.map(\.trimmingSpace).filter { !$0.isEmpty }
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
            return ParsedResult(value: [Self.item(line)])
        }
        if let colon = first.lastIndex(where: { $0 == ":" || $0 == "：" }) {
            pieces[0] = first[first.index(after: colon)...].trimmingSpace
        }
        for word in ["and ", "or "] where last.lowercased().hasPrefix(word) {
            pieces[pieces.count - 1] = last.dropFirst(word.count).trimmingSpace
        }
        if let end = pieces.last, end.hasSuffix(".") || end.hasSuffix("。") { pieces[pieces.count - 1] = end.dropLast() }
        let items = pieces.filter { !$0.isEmpty }.map(Self.item)
        return ParsedResult(value: .array(items), repairs: ["The items were separated at commas."])
    }

    private static func item(_ text: Substring) -> JSONValue { .string(String(text.trimmingSpace.trimmingQuotes)) }

    /// The line without its bullet or number; nil if it has none.
    static func withoutBullet(_ line: Substring) -> Substring? {
        guard let first = line.first else { return nil }
        if "•‣◦·▪–—".contains(first) || "①②③④⑤⑥⑦⑧⑨⑩".contains(first) {
            return line.dropFirst().trimmingSpace
        }
        let rest = line.dropFirst()
        if "-*+".contains(first) { return rest.first == " " ? rest.trimmingSpace : nil }
        let open = first == "(" || first == "（"
        let body = open ? rest : line
        let label = body.prefix { $0.isASCII && $0.isNumber || "一二三四五六七八九十".contains($0) }
        let after = body.dropFirst(label.count)
        guard !label.isEmpty, label.count <= 4, let mark = after.first else { return nil }
        let marks = open ? ")）" : ".)、）．:："
        guard marks.contains(mark) else { return nil }
        let item = after.dropFirst()
        // "3.5" is a number, not the third item.
        if mark == ".", let next = item.first, next.isNumber { return nil }
        return item.trimmingSpace
    }
}
