// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Python's operators.
extension Value {
    func apply(_ operation: BinaryOperator, _ other: Value, _ renderer: Renderer) throws -> Value {
        if let left = self.number, let right = other.number { return try Self.apply(operation, left, right) }
        switch operation {
        case .add: if let result = try self.added(to: other, renderer) { return result }
        case .multiply:
            if let count = other.indexValue, let result = try self.repeated(count, renderer) { return result }
            if let count = self.indexValue, let result = try other.repeated(count, renderer) { return result }
        case .modulo:
            if let format = self.stringValue {
                return try self.sameKind(PercentFormat.format(format, other, escapes: self.isMarkup, renderer))
            }
        default: break
        }
        if case .undefined(let undefined) = self { throw undefined.failure }
        if case .undefined(let undefined) = other { throw undefined.failure }
        if operation == .add, self.isString {
            throw TemplateFailure.type("can only concatenate str (not \"\(other.typeName)\") to str")
        }
        throw TemplateFailure.type(
            "unsupported operand type(s) for \(operation.rawValue): '\(self.typeName)' and '\(other.typeName)'")
    }

    var isMarkup: Bool { if case .markup = self { true } else { false } }

    /// A string that is safe in HTML if this one is.
    func sameKind(_ text: String) -> Value { self.isMarkup ? .markup(text) : .string(text) }

    private func added(to other: Value, _ renderer: Renderer) throws -> Value? {
        switch (self, other) {
        case (.string(let left), .string(let right)):
            try renderer.charge(bytes: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.markup, .string), (.string, .markup), (.markup, .markup):
            let result = self.escaped() + other.escaped()
            try renderer.charge(bytes: result.utf8.count)
            return .markup(result)
        case (.list(let left), .list(let right)):
            try renderer.charge(count: left.elements.count + right.elements.count)
            return .list(left.elements + right.elements)
        case (.tuple(let left), .tuple(let right)):
            try renderer.charge(count: left.elements.count + right.elements.count)
            return .tuple(left.elements + right.elements)
        default: return nil
        }
    }

    private func repeated(_ count: Int, _ renderer: Renderer) throws -> Value? {
        // Nothing costs nothing, however often it is repeated.
        let count = try self.count() == 0 ? 0 : count
        switch self {
        case .string(let text), .markup(let text):
            try renderer.charge(bytes: text.utf8.count, times: count)
            return self.sameKind(String(repeating: text, count: max(0, count)))
        case .list(let list):
            try renderer.charge(count: list.elements.count, times: count)
            return .list(Self.repeated(list.elements, count))
        case .tuple(let tuple):
            try renderer.charge(count: tuple.elements.count, times: count)
            return .tuple(Self.repeated(tuple.elements, count))
        default: return nil
        }
    }

    private static func repeated(_ elements: [Value], _ count: Int) -> [Value] {
        (0..<max(0, count)).flatMap { _ in elements }
    }

    // MARK: Numbers

    private static func apply(_ operation: BinaryOperator, _ left: Number, _ right: Number) throws -> Value {
        if case .int(let left) = left, case .int(let right) = right { return try self.apply(operation, left, right) }
        let (left, right) = (left.double, right.double)
        switch operation {
        case .add: return .float(left + right)
        case .subtract: return .float(left - right)
        case .multiply: return .float(left * right)
        case .divide:
            guard right != 0 else { throw self.zeroDivision("float division by zero") }
            return .float(left / right)
        case .floorDivide:
            guard right != 0 else { throw self.zeroDivision("float floor division by zero") }
            return .float(self.floorDivide(left, right))
        case .modulo:
            guard right != 0 else { throw self.zeroDivision("float modulo") }
            return .float(self.modulo(left, right))
        case .power: return .float(try self.power(left, right))
        }
    }

    private static func zeroDivision(_ message: String) -> TemplateFailure { TemplateFailure(.zeroDivision, message) }

    static func modulo(_ left: Double, _ right: Double) -> Double {
        let remainder = fmod(left, right)
        if remainder == 0 { return right.sign == .minus ? -0.0 : 0.0 }
        return (remainder < 0) == (right < 0) ? remainder : remainder + right
    }

    private static func floorDivide(_ left: Double, _ right: Double) -> Double {
        let quotient = (left - self.modulo(left, right)) / right
        if quotient == 0 { return (left / right).sign == .minus ? -0.0 : 0.0 }
        let floor = quotient.rounded(.down)
        return quotient - floor > 0.5 ? floor + 1 : floor
    }

    private static func power(_ base: Double, _ exponent: Double) throws -> Double {
        if base == 0, exponent < 0 { throw self.zeroDivision("0.0 cannot be raised to a negative power") }
        let result = pow(base, exponent)
        if result.isNaN, !base.isNaN, !exponent.isNaN { throw TemplateFailure.value("The power is a complex number.") }
        if result.isInfinite, base.isFinite, exponent.isFinite {
            throw TemplateFailure(.overflow, "Numerical result out of range")
        }
        return result
    }

    private static func apply(_ operation: BinaryOperator, _ left: Int, _ right: Int) throws -> Value {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw self.zeroDivision("division by zero") }
            return .float(Double(left) / Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw self.zeroDivision("integer division or modulo by zero") }
            guard right != -1 else {
                result = operation == .modulo ? (0, false) : (0).subtractingReportingOverflow(left)
                break
            }
            let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
            let adjusts = remainder != 0 && (remainder < 0) != (right < 0)
            result =
                operation == .modulo
                ? (adjusts ? remainder + right : remainder, false) : (adjusts ? quotient - 1 : quotient, false)
        case .power:
            guard right >= 0 else { return .float(try self.power(Double(left), Double(right))) }
            return .int(try self.power(left, right))
        }
        guard !result.overflow else { throw self.overflow() }
        return .int(result.partialValue)
    }

    static func overflow() -> TemplateFailure {
        TemplateFailure(.overflow, "The whole number does not fit 64 bits; use floating point.")
    }

    private static func power(_ base: Int, _ exponent: Int) throws -> Int {
        var (result, base, exponent) = (1, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 {
                let product = result.multipliedReportingOverflow(by: base)
                guard !product.overflow else { throw self.overflow() }
                result = product.partialValue
            }
            exponent >>= 1
            if exponent > 0 {
                let square = base.multipliedReportingOverflow(by: base)
                guard !square.overflow else { throw self.overflow() }
                base = square.partialValue
            }
        }
        return result
    }

    func negated() throws -> Value {
        switch self.number {
        case .int(let value):
            guard value != .min else { throw Self.overflow() }
            return .int(-value)
        case .float(let value): return .float(-value)
        case nil: throw self.badOperand("unary -")
        }
    }

    func unaryPlus() throws -> Value {
        switch self.number {
        case .int(let value): .int(value)
        case .float(let value): .float(value)
        case nil: throw self.badOperand("unary +")
        }
    }

    func badOperand(_ operation: String) -> TemplateFailure {
        if case .undefined(let undefined) = self { return undefined.failure }
        return TemplateFailure.type("bad operand type for \(operation): '\(self.typeName)'")
    }
}
