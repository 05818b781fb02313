// SPDX-License-Identifier: Apache-2.0

extension LoopStatement {
    /// Whether a block inside the loop sees the loop's variables.
    var hasScopedBlock: Bool { Self.hasScopedBlock(self.body) || Self.hasScopedBlock(self.otherwise) }

    private static func hasScopedBlock(_ statements: [Statement]) -> Bool {
        statements.contains { statement in
            switch statement {
            case .block(let block): block.isScoped || self.hasScopedBlock(block.body)
            case .condition(let condition):
                condition.branches.contains { self.hasScopedBlock($0.body) } || self.hasScopedBlock(condition.otherwise)
            case .loop(let loop): loop.hasScopedBlock
            case .with(let with): self.hasScopedBlock(with.body)
            case .filterBlock(let block): self.hasScopedBlock(block.body)
            case .assignBlock(let block): self.hasScopedBlock(block.body)
            case .autoescape(let block): self.hasScopedBlock(block.body)
            case .macro(let statement): self.hasScopedBlock(statement.macro.body)
            case .callBlock(let block): self.hasScopedBlock(block.macro.body)
            default: false
            }
        }
    }
}
