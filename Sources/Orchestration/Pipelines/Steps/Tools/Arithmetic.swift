// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Computes what an arithmetic expression is worth.
///
/// `+ - * / % ^`, parentheses, decimal numbers and a few functions; `×`, `÷` and `−` are understood. The work is linear in
/// the expression, and its nesting is bounded.
struct Arithmetic {
    private static let maximumLength = 1_000
    private static let maximumDepth = 50
    private static let functions: [String: @Sendable (Double) -> Double] = [
        "sqrt": { $0.squareRoot() }, "abs": { abs($0) }, "round": { $0.rounded() }, "floor": { $0.rounded(.down) },
        "ceil": { $0.rounded(.up) },
    ]

    private var rest: Substring
    private var depth = 0

    /// The value of an expression.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue`: what is wrong, and where.
    static func value(of expression: String) throws(PipelineError) -> Double {
        guard expression.utf8.count <= Self.maximumLength else {
            throw PipelineError(
                .invalidValue, "The expression is longer than \(Self.maximumLength) bytes; compute it in parts.")
        }
        var arithmetic = Self(rest: expression[...])
        let value = try arithmetic.sum()
        guard arithmetic.next == nil else { throw arithmetic.unexpected }
        guard value.isFinite else {
            throw PipelineError(.invalidValue, "'\(expression)' has no finite value; it may divide by zero.")
        }
        return value
    }

    private init(rest: Substring) { self.rest = rest }

    /// The next character that is no space.
    private var next: Character? {
        mutating get {
            self.rest = self.rest.drop(while: \.isWhitespace)
            return self.rest.first
        }
    }

    private var unexpected: PipelineError {
        let what = self.rest.isEmpty ? "ends too early" : "cannot be read from '\(self.rest.prefix(20))' on"
        return PipelineError(
            .invalidValue,
            "The expression \(what); write numbers with + - * / % ^ and parentheses, such as (17 + 4) * 2.")
    }

    /// Takes one of some characters, if it is the next one.
    private mutating func take(_ characters: String) -> Character? {
        guard let next = self.next, characters.contains(next) else { return nil }
        return self.rest.removeFirst()
    }

    private mutating func sum() throws(PipelineError) -> Double {
        var value = try self.product()
        while let sign = self.take("+-−") { value += (sign == "+" ? 1 : -1) * (try self.product()) }
        return value
    }

    private mutating func product() throws(PipelineError) -> Double {
        var value = try self.signed()
        while let sign = self.take("*×·/÷%") {
            let other = try self.signed()
            switch sign {
            case "/", "÷": value /= other
            case "%": value = value.truncatingRemainder(dividingBy: other)
            default: value *= other
            }
        }
        return value
    }

    private mutating func signed() throws(PipelineError) -> Double {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.maximumDepth else {
            throw PipelineError(.invalidValue, "The expression is nested more than \(Self.maximumDepth) deep.")
        }
        if self.take("-−") != nil { return -(try self.signed()) }
        let base = try self.operand()
        // To the right first, as usual: 2^3^2 is 2^9.
        return self.take("^") == nil ? base : pow(base, try self.signed())
    }

    private mutating func operand() throws(PipelineError) -> Double {
        if self.take("(") != nil {
            let value = try self.sum()
            guard self.take(")") != nil else { throw self.unexpected }
            return value
        }
        let letters = self.rest.prefix { $0.isASCII && $0.isLetter }
        if let function = Self.functions[String(letters)] {
            self.rest.removeFirst(letters.count)
            guard self.next == "(" else { throw self.unexpected }
            return function(try self.operand())
        }
        let digits = self.rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let value = Double(String(digits)) else { throw self.unexpected }
        self.rest.removeFirst(digits.count)
        return value
    }
}
