// SPDX-License-Identifier: Apache-2.0

/// Something that a text names.
public struct TextEntity: Sendable, Hashable {
    /// What it names.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The address of a page.
        case link
        /// The address of a mailbox.
        case mail
        /// A day.
        case date
        /// A time of day.
        case time
        /// A sum of money.
        case money
        /// A share of a hundred.
        case percentage
        /// A number with what it counts.
        case quantity
        /// A person.
        case person
        /// A company, a school, an office.
        case organization
        /// A place.
        case place
        /// Something that is written as a name; what it is cannot be told.
        case name
    }

    /// What it names.
    public var kind: Kind
    /// As the text has it.
    public var text: String
}
