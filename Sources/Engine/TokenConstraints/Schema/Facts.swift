// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas

/// What a value must be, all alternatives resolved: one list of demands for each type.
struct Facts: Sendable {
    /// Which types the value may have.
    var types = TypeSet.all
    /// The values that are allowed; nil where others are, too.
    var values: [ComparableJSON]?
    /// Values without structure that are not allowed.
    var excluded: [ComparableJSON] = []
    var string = StringFacts()
    var number = NumberRule()
    var array = ArrayFacts()
    var object = ObjectFacts()

    /// Adds all demands of another list; both must hold.
    mutating func merge(_ other: Self) {
        self.types.formIntersection(other.types)
        if let others = other.values {
            self.values = self.values.map { Set(others).isEmpty ? [] : $0.filter(Set(others).contains) } ?? others
        }
        self.excluded += other.excluded
        self.string.merge(other.string)
        if let number = self.number.intersection(other.number) {
            self.number = number
        } else {
            self.types.subtract(.number)
        }
        self.array.merge(other.array)
        self.object.merge(other.object)
    }

    /// Whether it is plain that no value can fit.
    var isImpossible: Bool { self.types.isEmpty || self.values?.isEmpty == true }
}

/// What a string must be.
struct StringFacts: Hashable, Sendable {
    /// A pattern or a format that strings must fit, or must not fit.
    struct Form: Hashable, Sendable {
        var name: String
        var isFormat = false
        var isNegated = false

        /// The format, if it is one.
        var format: StringFormat? { self.isFormat ? StringFormat(rawValue: self.name) : nil }
    }

    var forms: Set<Form> = []
    var least = 0
    var most: Int?

    mutating func merge(_ other: Self) {
        self.forms.formUnion(other.forms)
        self.least = max(self.least, other.least)
        self.most = smaller(self.most, other.most)
    }
}

/// What an array must be.
struct ArrayFacts: Sendable {
    /// Schemas for the first items, and for all that follow.
    struct Items: Sendable {
        var first: [[SchemaTerm]] = []
        var rest: [SchemaTerm] = []
    }

    /// A schema that some items must fit.
    struct Contained: Hashable, Sendable {
        var term: SchemaTerm
        var least = 1
        var most: Int?
    }

    var items: [Items] = []
    var contained: [Contained] = []
    var least = 0
    var most: Int?
    var isUnique = false

    mutating func merge(_ other: Self) {
        self.items += other.items
        self.contained += other.contained
        self.least = max(self.least, other.least)
        self.most = smaller(self.most, other.most)
        self.isUnique = self.isUnique || other.isUnique
    }
}

/// What an object must be.
struct ObjectFacts: Sendable {
    /// Schemas for members by name, by pattern, and for all others.
    struct Members: Sendable {
        var named: [String: SchemaTerm] = [:]
        var patterns: [(pattern: String, term: SchemaTerm)] = []
        var others: SchemaTerm?
    }

    var members: [Members] = []
    var required: Set<String> = []
    /// Which names a name demands.
    var dependents: [(name: String, names: [String])] = []
    /// Schemas for the names themselves.
    var names: [SchemaTerm] = []
    var least = 0
    var most: Int?

    mutating func merge(_ other: Self) {
        self.members += other.members
        self.required.formUnion(other.required)
        self.dependents += other.dependents
        self.names += other.names
        self.least = max(self.least, other.least)
        self.most = smaller(self.most, other.most)
    }
}

/// The smaller of two bounds, where nil is no bound.
func smaller(_ left: Int?, _ right: Int?) -> Int? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
}
