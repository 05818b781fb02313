// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension SourceNode {
    /// The value with the references in its texts.
    var expression: ValueExpression {
        switch self.kind {
        case .scalar(let value): ValueExpression(value, place: self.place)
        case .sequence(let elements): ValueExpression(.array(elements.map(\.expression)), place: self.place)
        case .mapping(let members):
            ValueExpression(.object(members.map { ($0.key, $0.value.expression) }), place: self.place)
        }
    }
}
