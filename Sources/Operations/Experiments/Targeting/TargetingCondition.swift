// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections
package import SourceDocuments

/// Who takes part: GrowthBook's condition language, checked when it is read.
///
/// A condition is a mapping of attributes (dots reach into them) to values or operators; all must hold:
/// ```yaml
/// country: {$in: [DE, CN]}
/// plan.seats: {$gte: 10}
/// $not: {beta: false}
/// ```
/// Values and operators mean what GrowthBook's specification says, its loose comparison of numbers and texts included.
/// What GrowthBook answers with "false" because it cannot be meant (an unknown operator, a broken regular expression) is an
/// error here.
package struct TargetingCondition: Sendable {
    let root: Clause

    /// Reads a condition out of a document.
    ///
    /// - Throws: `SourceError` with the place of what is wrong.
    package init(_ node: SourceNode) throws {
        self.root = try ConditionReader().clause(node, depth: 0)
    }

    /// Reads a condition.
    ///
    /// - Throws: ``ExperimentError`` with code `.invalidCondition`.
    package init(_ json: JSONValue) throws {
        do {
            try self.init(SourceNode(json, place: SourcePlace(file: "condition", line: 1, column: 1)))
        } catch let error as SourceError {
            throw ExperimentError(.invalidCondition, "The condition is wrong: \(error.problem) \(error.suggestion)")
        }
    }

    /// Whether it holds for a unit's attributes.
    ///
    /// - Parameters:
    ///   - attributes: An object; what is missing is null.
    ///   - groups: The lists that `$inGroup` and `$notInGroup` name.
    package func holds(for attributes: JSONValue, groups: [String: [JSONValue]] = [:]) -> Bool {
        ConditionEvaluation(groups: groups).holds(self.root, for: attributes)
    }

    /// What is asked of an object of attributes.
    indirect enum Clause: Sendable {
        case all([Clause])
        case any([Clause])
        case not(Clause)
        case attribute(path: [String], Test)
    }

    /// What is asked of one value.
    indirect enum Test: Sendable {
        case all([Test])
        case not(Test)
        case equals(JSONValue)
        case isExactly(JSONValue)
        case compares(Comparison, JSONValue)
        case comparesVersion(Comparison, String)
        case isIn([JSONValue], ignoringCase: Bool)
        case hasAll([JSONValue], ignoringCase: Bool)
        case hasElement(Test)
        case hasElementWith(Clause)
        case size(Test)
        case exists(Bool)
        case type(String)
        case matches(TextPattern)
        case isInGroup(String)
    }

    /// How two values are compared.
    enum Comparison: String, Sendable {
        case less = "lt"
        case lessOrEqual = "lte"
        case greater = "gt"
        case greaterOrEqual = "gte"
        case equal = "eq"
        case different = "ne"

        /// Whether an order of two values satisfies it; nil is no order, as with what is not a number.
        func accepts(_ order: Int?) -> Bool {
            guard let order else { return false }
            return switch self {
            case .less: order < 0
            case .lessOrEqual: order <= 0
            case .greater: order > 0
            case .greaterOrEqual: order >= 0
            case .equal: order == 0
            case .different: order != 0
            }
        }
    }
}

extension SourceNode {
    /// A value that was written in no file.
    fileprivate init(_ json: JSONValue, place: SourcePlace) {
        switch json {
        case .array(let elements):
            self.init(kind: .sequence(elements.map { SourceNode($0, place: place) }), place: place)
        case .object(let members):
            let members = members.map { key, value in
                Member(key: key, keyPlace: place, value: SourceNode(value, place: place))
            }
            self.init(kind: .mapping(members), place: place)
        default: self.init(kind: .scalar(json), place: place)
        }
    }
}
