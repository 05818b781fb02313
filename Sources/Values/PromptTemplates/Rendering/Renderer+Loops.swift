// SPDX-License-Identifier: Apache-2.0

extension Renderer {
    func execute(_ loop: LoopStatement) throws -> Flow {
        let iterable = try self.evaluate(loop.iterable)
        self.position = loop.position
        let layout = self.code.loops[loop.scopes.body]
        guard loop.isRecursive, let function = layout?.function else {
            return try self.run(loop, over: iterable, usesLoop: layout?.usesLoop ?? false, depth: 0, recurse: nil)
        }
        try self.write(try self.runRecursively(loop, function: function, over: iterable, depth: 0).text())
        return .normal
    }

    private func runRecursively(_ loop: LoopStatement, function: Int, over iterable: Value, depth: Int) throws -> Value
    {
        let (code, context, outerFrame) = (self.code, self.context, self.frame)
        return try self.called {
            let frame = SlotFrame(count: code.functions[function].slotCount, parent: outerFrame)
            self.willDispose(frame)
            self.frame = frame
            defer { self.frame = outerFrame }
            let text = try self.capture {
                _ = try self.run(loop, over: iterable, usesLoop: true, depth: depth) { inner in
                    let caller = (self.code, self.context, self.frame)
                    (self.code, self.context, self.frame) = (code, context, outerFrame)
                    defer { (self.code, self.context, self.frame) = caller }
                    return try self.runRecursively(loop, function: function, over: inner, depth: depth + 1)
                }
            }
            return self.captured(text)
        }
    }

    /// Runs the loop; in its `else` part `break` and `continue` belong to the loop around it.
    private func run(
        _ loop: LoopStatement, over iterable: Value, usesLoop: Bool, depth: Int,
        recurse: ((Value) throws -> Value)?
    ) throws -> Flow {
        let scope = self.code.scopes[loop.scopes.body]
        let iterator = try self.filtered(loop, try iterable.requiredIterator())
        var loopValue: LoopValue?
        if usesLoop {
            let created = LoopValue(
                iterator, depth: depth, undefined: { [options] in .undefined(Undefined(options.undefined, $0)) },
                recurse: recurse)
            self.willDispose(created)
            self.frame[self.code.names[loop.loopName.id]] = .object(created)
            loopValue = created
        }
        var hasRun = false
        while let value = try loopValue.map({ try $0.next() }) ?? iterator.next() {
            try self.step()
            self.position = loop.position
            if let loopValue { self.frame[self.code.names[loop.loopName.id]] = .object(loopValue) }
            try self.assign(value, to: loop.target)
            self.enter(scope)
            let flow = try self.execute(loop.body)
            // As in Jinja, a loop that is left in its first round counts as one that never ran.
            if flow == .breakLoop { break }
            hasRun = hasRun || flow == .normal
        }
        self.leave(scope)
        guard !hasRun, !loop.otherwise.isEmpty else { return .normal }
        let elseScope = self.code.scopes[loop.scopes.otherwise]
        self.enter(elseScope)
        let flow = try self.execute(loop.otherwise)
        self.leave(elseScope)
        return flow
    }

    /// The elements for which the loop's condition holds, tested when they are reached.
    private func filtered(_ loop: LoopStatement, _ iterator: ValueIterator) throws -> ValueIterator {
        guard let test = loop.test, let target = loop.testTarget else { return iterator }
        let scope = self.code.scopes[loop.scopes.test]
        let (code, frame) = (self.code, self.frame)
        self.enter(scope)
        return ValueIterator { [self] in
            let outer = (self.code, self.frame)
            (self.code, self.frame) = (code, frame)
            defer { (self.code, self.frame) = outer }
            while let value = try iterator.next() {
                try self.step()
                try self.assign(value, to: target)
                if try self.evaluate(test).isTrue() { return value }
            }
            return nil
        }
    }
}
