// SPDX-License-Identifier: Apache-2.0

public import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// Finds the JSON in an answer, repairs what models get wrong, and checks it against a schema.
///
/// Every departure from strict JSON is reported as a repair. Work and memory are linear in the answer.
public struct JSONAnswerParser: ResultParser {
    /// What the value must be; nil accepts any JSON.
    public let schema: JSONSchema?
    static let maximumDepth = 100
    private static let maximumCandidates = 64

    /// Makes a parser.
    public init(schema: JSONSchema? = nil) { self.schema = schema }

    /// What the model should do.
    public var instruction: String {
        guard let schema else { return "Answer with one JSON value and nothing else." }
        return "Answer with one JSON value and nothing else, by this JSON schema: \(schema.source.serialized())"
    }

    /// Reads the JSON out of an answer.
    ///
    /// Where there are several JSON values, one that fits the schema is preferred, then one that needs no repair, then
    /// the longest.
    public func parse(_ answer: String) throws -> ParsedResult {
        let text = try AnswerText.trimmed(answer, self)
        let candidates = try self.candidates(in: text)
        var best: (result: ParsedResult, violations: [Violation])?
        for candidate in candidates {
            let violations = self.schema?.validate(candidate.value) ?? []
            if violations.isEmpty { return candidate }
            if best == nil { best = (candidate, violations) }
        }
        guard let best else {
            throw ParseError(.notFound, "The answer '\(text.prefix(60))' contains no JSON. \(self.instruction)")
        }
        let reasons = best.violations.prefix(5).map(\.description).joined(separator: "; ")
        throw ParseError(.mismatch, "The JSON in the answer does not fit: \(reasons). \(self.instruction)")
    }

    /// The JSON values in an answer, the likeliest first.
    private func candidates(in text: String) throws -> [ParsedResult] {
        do {
            return [Self.unwrapped(try JSONValue(parsing: text, maximumDepth: Self.maximumDepth))]
        } catch let error as JSONError where error.code == .tooDeep {
            throw self.tooDeep
        } catch {
            // Not strict JSON: it is looked for, and repaired, below.
        }
        let scalars = Array(text.unicodeScalars)
        for block in FencedBlocks.find(in: scalars) {
            let found = try self.scan(Array(scalars[block]), repair: "The JSON was taken out of a code block.")
            if !found.isEmpty { return found }
        }
        return try self.scan(scalars, repair: nil)
    }

    /// Reads every JSON value that begins with a bracket or a brace.
    private func scan(_ scalars: [Unicode.Scalar], repair: String?) throws -> [ParsedResult] {
        var found = [(result: ParsedResult, isStrict: Bool, length: Int)]()
        var start = 0
        while start < scalars.count, found.count < Self.maximumCandidates {
            guard scalars[start] == "{" || scalars[start] == "[" else {
                start += 1
                continue
            }
            var parser = JSONRepairParser(scalars, from: start, maximumDepth: Self.maximumDepth)
            do {
                let value = try parser.parseValue()
                // A lone opening bracket at the end is no JSON that was cut off.
                guard parser.position < scalars.count || parser.position > start + 1 else { break }
                var repairs = [repair].compactMap(\.self)
                if repair == nil,
                    start > 0 || scalars[parser.position...].contains(where: { !$0.properties.isWhitespace })
                {
                    repairs.append("Text around the JSON was left out.")
                }
                found.append(
                    (
                        ParsedResult(value: value, repairs: repairs + parser.repairs), parser.repairs.isEmpty,
                        parser.position - start
                    ))
            } catch let failure where failure == .tooDeep { throw self.tooDeep } catch {}
            start = max(parser.position, start + 1)
        }
        if found.isEmpty, let members = Self.membersWithoutBraces(scalars) { return [members] }
        return found.sorted { ($0.isStrict ? 1 : 0, $0.length) > ($1.isStrict ? 1 : 0, $1.length) }.map(\.result)
    }

    private var tooDeep: ParseError {
        ParseError(.tooDeep, "The JSON is nested more than \(Self.maximumDepth) levels deep. \(self.instruction)")
    }

    /// Reads `"name": …` where the braces are missing.
    private static func membersWithoutBraces(_ scalars: [Unicode.Scalar]) -> ParsedResult? {
        guard let first = scalars.first, first == "\"" || first == "\u{201C}" else { return nil }
        var parser = JSONRepairParser(["{"] + scalars, from: 0, maximumDepth: Self.maximumDepth)
        guard let value = try? parser.parseValue(), let members = value.objectValue, !members.isEmpty else {
            return nil
        }
        return ParsedResult(value: value, repairs: ["The braces around the members were missing."])
    }

    /// A string that holds an object or an array is that object or array, written twice.
    private static func unwrapped(_ value: JSONValue) -> ParsedResult {
        guard let inner = value.stringValue?.trimmingSpace, inner.hasPrefix("{") || inner.hasPrefix("["),
            let parsed = try? JSONValue(parsing: String(inner), maximumDepth: Self.maximumDepth)
        else { return ParsedResult(value: value) }
        return ParsedResult(value: parsed, repairs: ["The JSON was written as a string."])
    }
}

/// Finds Markdown code blocks.
enum FencedBlocks {
    /// The insides of the blocks between fences of three backticks or tildes; an open block ends with the text.
    static func find(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var blocks = [Range<Int>]()
        var open: (start: Int, fence: Unicode.Scalar)?
        var index = 0
        while index + 2 < scalars.count, blocks.count < 16 {
            let scalar = scalars[index]
            guard scalar == "`" || scalar == "~", scalars[index + 1] == scalar, scalars[index + 2] == scalar else {
                index += 1
                continue
            }
            if let (start, fence) = open {
                if fence == scalar {
                    blocks.append(start..<index)
                    open = nil
                }
                index += 3
            } else {
                // The word after the fence names the language.
                index += 3
                while index < scalars.count, scalars[index].properties.isAlphabetic { index += 1 }
                open = (index, scalar)
            }
        }
        if let open, open.start < scalars.count { blocks.append(open.start..<scalars.count) }
        return blocks
    }
}
