// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineCompiler {
    typealias Reference = ValueExpression.Reference

    /// Compiles a value.
    ///
    /// - Parameters:
    ///   - port: What it is for; nil takes anything.
    ///   - step: The step that it belongs to; nil for a pipeline's or loop's output.
    mutating func compile(_ expression: ValueExpression, for port: StepPort?, in step: StepDeclaration?)
        -> CompiledValue
    {
        let place = expression.place ?? step?.place
        for problem in expression.problems where !self.isFull { self.report(place, problem) }
        switch expression.kind {
        case .literal(let value): return .literal(value)
        case .array(let elements): return .array(elements.map { self.compile($0, for: nil, in: step) })
        case .object(let members):
            return .object(members.map { ($0.key, self.compile($0.value, for: nil, in: step)) })
        case .formula(let formula): return .formula(self.compile(formula, place, in: step))
        case .text(let pieces):
            return .text(
                pieces.map { piece in
                    switch piece {
                    case .text(let text): .literal(.string(text))
                    case .reference(let reference): self.resolved(reference, place, in: step)
                    case .formula(let formula): .formula(self.compile(formula, place, in: step))
                    }
                })
        case .reference(let reference):
            guard let (found, type) = self.resolve(reference, place, in: step) else { return .literal(.null) }
            if let port, !port.type.accepts(type) {
                self.report(
                    place,
                    "'\(port.name)' must be of type \(port.type.rawValue), but \(reference) is \(type.rawValue).",
                    suggestion: port.type == .string ? "Write it inside a text to have it written out." : "")
            }
            return .reference(found)
        }
    }

    /// Compiles an expression.
    mutating func compile(_ formula: Formula, _ place: SourcePlace?, in step: StepDeclaration?) -> CompiledFormula {
        var bindings: [(String, String?, CompiledReference)] = []
        for (reference, (name, attribute)) in zip(formula.references, formula.variables) {
            guard let (found, _) = self.resolve(reference, place, in: step, isWhole: attribute != nil) else { continue }
            // Of a loop's variable the whole is handed over: what is missing in it is undefined, not an error.
            let bound = found.path.isEmpty ? nil : attribute
            guard !bindings.contains(where: { $0.0 == name && $0.1 == bound }) else { continue }
            bindings.append((name, bound, found))
        }
        return CompiledFormula(expression: formula.expression, bindings: bindings)
    }

    private mutating func resolved(
        _ reference: Reference, _ place: SourcePlace?, in step: StepDeclaration?
    ) -> CompiledValue {
        self.resolve(reference, place, in: step).map { .reference($0.0) } ?? .literal(.null)
    }

    // MARK: - References

    /// The slot and the type of what a reference names; nil if something is wrong with it.
    ///
    /// - Parameter isWhole: Whether a loop's variable is wanted whole, whatever path follows it.
    private mutating func resolve(
        _ reference: Reference, _ place: SourcePlace?, in step: StepDeclaration?, isWhole: Bool = false
    ) -> (CompiledReference, ValueType)? {
        guard !self.isFull else { return nil }
        for (hops, depth) in self.frames.indices.reversed().enumerated() {
            guard let symbol = self.frames[depth].find(reference.source) else { continue }
            self.frames[depth].use(symbol.slot)
            func found(_ path: [String], _ type: ValueType) -> (CompiledReference, ValueType) {
                (CompiledReference(hops: hops, slot: symbol.slot, path: path, text: "\(reference)"), type)
            }
            switch symbol.content {
            case .unknown: return nil
            case .flowing:
                self.report(
                    place, "\(reference) is not known while the pipe is under way.",
                    suggestion:
                        "A stage takes what flows from the one directly before it; the rest is seen after the pipe."
                )
                return nil
            case .value(let type):
                let path = isWhole ? [] : reference.path
                return found(path, path.isEmpty ? type : .any)
            case .outputs(let ports, let owner):
                guard let type = self.type(of: reference, ports, owner, place) else { return nil }
                return found(reference.path, reference.path.count == 1 ? type : .any)
            }
        }
        self.reportUnresolved(reference, place, in: step)
        return nil
    }

    private mutating func type(
        of reference: Reference, _ ports: [StepPort], _ owner: String, _ place: SourcePlace?
    ) -> ValueType? {
        let known = ports.map(\.name)
        guard let name = reference.path.first else {
            let example = known.first.map { "Write '${\(reference.source).\($0)}'." } ?? "It gives nothing."
            self.report(place, "\(reference) names a whole step, not what it gives.", suggestion: example)
            return nil
        }
        if let port = ports.first(where: { $0.name == name }) { return port.type }
        let what = owner == "inputs" ? "no input of the pipeline" : "no output of '\(owner)'"
        self.report(place, "\(reference) names \(what).", suggestion: NearestName.hint(for: name, in: known))
        return nil
    }

    /// What is known of the members of an object that is written out; nil of anything else.
    func members(of expression: ValueExpression) -> [String: StaticInputs.Member]? {
        guard case .object(let members) = expression.kind else { return nil }
        return Dictionary(
            members.map { key, value in
                (key, value.literal.map { .known($0) } ?? .typed(self.type(of: value)))
            }, uniquingKeysWith: { $1 })
    }

    /// What is known of a result.
    func outputs(_ expression: ValueExpression) -> PipelineOutputs {
        guard case .object(let members) = expression.kind else { return .value(self.type(of: expression)) }
        return .members(members.map { PipelineOutputs.Member(name: $0.key, type: self.type(of: $0.value)) })
    }

    /// The type of a value that has been compiled, as far as it can be told.
    private func type(of expression: ValueExpression) -> ValueType {
        switch expression.kind {
        case .literal(let value): return .of(value)
        case .text: return .string
        case .array: return .array
        case .object: return .object
        case .formula: return .any
        case .reference(let reference):
            let symbol = self.frames.reversed().lazy.compactMap { $0.find(reference.source) }.first
            switch symbol?.content {
            case .outputs(let ports, _)? where reference.path.count == 1:
                return ports.first { $0.name == reference.path[0] }?.type ?? .any
            case .value(let type)? where reference.path.isEmpty: return type
            default: return .any
            }
        }
    }

    private mutating func reportUnresolved(_ reference: Reference, _ place: SourcePlace?, in step: StepDeclaration?) {
        guard let target = self.outline.steps[reference.source] else {
            let visible = self.frames.reversed().flatMap(\.visible)
            self.report(
                place, "\(reference) names no step.", suggestion: NearestName.hint(for: reference.source, in: visible))
            return
        }
        guard let step else { return self.reportHidden(reference, place) }
        let order = self.outline.steps[step.id]?.order ?? 0
        if self.path.contains(where: { $0.id == target.step.id }) {
            let isOwn = step.id == target.step.id
            self.report(
                place, "\(reference) refers to \(isOwn ? "its own step" : "a step around it").",
                suggestion: "Refer to an earlier step.")
        } else if target.order < order {
            self.reportHidden(reference, place)
        } else if self.outline.dependencies(of: target.step.id).contains(step.id) {
            self.report(
                place, "The steps '\(step.id)' and '\(reference.source)' need each other's outputs.",
                suggestion: "Break the cycle.")
        } else {
            self.report(
                place, "\(reference) refers to a step that comes later.",
                suggestion: "Move '\(reference.source)' before '\(step.id)'.")
        }
    }

    private mutating func reportHidden(_ reference: Reference, _ place: SourcePlace?) {
        self.report(
            place, "\(reference) refers to a step that is not seen here: it is inside a loop, or in another branch.",
            suggestion: "Take it out through the 'output' of the loop, or move what needs it inside.")
    }
}
