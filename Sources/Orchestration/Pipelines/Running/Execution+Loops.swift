// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Execution {
    /// Runs steps once for each element.
    ///
    /// - Parameter isRead: Whether anybody reads what the turns give; else it is not kept.
    func forEach(_ loop: ForEachOperation, _ instruction: Instruction, in frame: Frame, isRead: Bool) async throws {
        let elements = try ForEachElements(try loop.elements.value(in: frame))
        let prefix = frame.key(of: instruction.id).rawValue
        let output: CompiledValue? = isRead ? loop.output : nil
        func progress(_ done: Int) { self.onEvent?(.progress(step: prefix, done: done, of: elements.count)) }
        let turn = { @Sendable (index: Int) in
            try await self.turn(loop, elements[index], index, prefix, in: frame, output)
        }
        var results = [JSONValue]()
        if loop.concurrency == 1 {
            for index in 0..<elements.count {
                let result = try await turn(index)
                if output != nil { results.append(result) }
                progress(index + 1)
            }
        } else {
            results = try await self.concurrently(
                elements.count, limit: loop.concurrency, keepsResults: isRead, turn, progress)
        }
        frame.slots[instruction.slot] = .outputs(
            ["results": .array(results), "count": .integer(elements.count)], asked: nil)
    }

    /// Runs a loop's steps for one element.
    ///
    /// - Parameter output: What the turn gives; nil for nothing.
    func turn(
        _ loop: ForEachOperation, _ element: JSONValue, _ index: Int, _ prefix: String, in frame: Frame,
        _ output: CompiledValue?
    ) async throws -> JSONValue {
        try Task.checkCancellation()
        let inner = Frame(loop.scope, parent: frame, prefix: prefix, index: index, isCaught: frame.isCaught)
        inner.slots[loop.variables.element] = .value(element)
        inner.slots[loop.variables.index] = .value(.integer(index))
        try await self.run(loop.scope.block, in: inner)
        return try output?.value(in: inner) ?? .null
    }

    /// Runs steps while a condition holds.
    func loop(_ loop: LoopOperation, _ instruction: Instruction, in frame: Frame) async throws {
        let prefix = frame.key(of: instruction.id).rawValue
        var last = try loop.initial?.value(in: frame) ?? .null
        var count = 0
        while true {
            try Task.checkCancellation()
            let inner = Frame(loop.scope, parent: frame, prefix: prefix, index: count, isCaught: frame.isCaught)
            inner.slots[loop.variables.last] = .value(last)
            inner.slots[loop.variables.index] = .value(.integer(count))
            guard try loop.condition.isTrue(in: inner) else { break }
            guard count < loop.limit else {
                guard loop.failsAtLimit else { break }
                throw PipelineError(
                    .limitReached, "The condition still holds after \(loop.limit) turns, the loop's limit.")
            }
            try await self.run(loop.scope.block, in: inner)
            last = try loop.output.value(in: inner)
            count += 1
            self.onEvent?(.progress(step: prefix, done: count, of: nil))
        }
        frame.slots[instruction.slot] = .outputs(["result": last, "count": .integer(count)], asked: nil)
    }

    /// Runs branches at the same time; what they gave is seen when all have ended.
    func parallel(_ branches: [BranchOperation], concurrency: Int, in frame: Frame) async throws {
        let prefix = frame.keyPrefix
        let frames = branches.map { Frame($0.scope, parent: frame, prefix: prefix, isCaught: frame.isCaught) }
        _ = try await self.concurrently(branches.count, limit: concurrency, keepsResults: false) { index in
            try await self.run(branches[index].scope.block, in: frames[index])
            return .null
        }
        for (branch, inner) in zip(branches, frames) {
            for (from, to) in branch.results { frame.slots[to] = inner.slots[from] }
        }
    }

    /// Does several things at the same time, at most so many; the results are in the order of their numbers.
    ///
    /// If one fails the others are cancelled. If one waits for something from outside the others go on to their end.
    ///
    /// - Returns: The results; nothing where they are not to be kept.
    private func concurrently(
        _ count: Int, limit: Int, keepsResults: Bool, _ body: @escaping @Sendable (Int) async throws -> JSONValue,
        _ progress: (Int) -> Void = { _ in }
    ) async throws -> [JSONValue] {
        let (results, pending) = try await withThrowingTaskGroup(of: (Int, TurnEnding).self) { group in
            var results = [JSONValue](repeating: .null, count: keepsResults ? count : 0)
            var pending = [PendingAnswer]()
            var (begun, done) = (0, 0)
            while done < count {
                while begun < count, begun - done < limit {
                    let index = begun
                    group.addTask { (index, try await TurnEnding { try await body(index) }) }
                    begun += 1
                }
                guard let (index, ending) = try await group.next() else { break }
                switch ending {
                case .result(let value): if keepsResults { results[index] = value }
                case .waiting(let answers): pending += answers
                }
                done += 1
                progress(done)
            }
            return (results, pending)
        }
        guard pending.isEmpty else { throw RunSuspension(pending) }
        return results
    }
}

/// How one of several things that run at the same time ended, if it did not fail.
private enum TurnEnding: Sendable {
    case result(JSONValue)
    case waiting([PendingAnswer])

    init(_ body: () async throws -> JSONValue) async throws {
        do { self = .result(try await body()) } catch let wait as RunSuspension { self = .waiting(wait.pending) }
    }
}

/// What a loop goes through: the elements of an array, or the numbers below one.
enum ForEachElements {
    case array([JSONValue])
    case numbers(Int)

    init(_ value: JSONValue) throws {
        if let elements = value.arrayValue {
            self = .array(elements)
        } else if let count = value.integerValue, (0...10_000_000).contains(count) {
            self = .numbers(count)
        } else {
            throw PipelineError(
                .invalidValue, "'for_each' takes an array or a number from 0 to 10000000, not \(value.typeName).")
        }
    }

    var count: Int {
        switch self {
        case .array(let elements): elements.count
        case .numbers(let count): count
        }
    }

    subscript(index: Int) -> JSONValue {
        switch self {
        case .array(let elements): elements[index]
        case .numbers: .integer(index)
        }
    }
}
