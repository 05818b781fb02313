// SPDX-License-Identifier: Apache-2.0

/// What somebody said in a dialogue.
package struct DialogueTurn: Sendable, Hashable {
    /// Who speaks.
    package enum Speaker: String, Sendable, CaseIterable {
        case user, system

        /// The row of the table of speakers.
        var number: Int { self == .user ? 0 : 1 }
    }

    package var speaker: Speaker
    package var text: String

    package init(_ speaker: Speaker, _ text: String) { (self.speaker, self.text) = (speaker, text) }
}
