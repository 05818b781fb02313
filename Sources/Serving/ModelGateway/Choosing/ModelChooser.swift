// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Models that are there besides those of the configuration, and may come and go while a gateway serves.
package protocol ModelChooser: Sendable {
    /// The names of those that there are now.
    var names: [String] { get }

    /// The model of a name for whoever asks; nil where there is none of that name.
    ///
    /// - Throws: A ``CodedError`` where there should be one, and cannot be.
    func model(named name: String, for requester: Requester) async throws -> (any ModelAdapter)?
}

/// Who a request is for, as far as is known before it is read.
package struct Requester: Sendable, Hashable {
    /// A user, a session, or whatever must always get the same; nil where nobody is named.
    package var unit: String?
    /// What else the request says of itself: an object.
    package var attributes: JSONValue

    /// Names whoever asks.
    package init(unit: String? = nil, attributes: JSONValue = [:]) {
        self.unit = unit
        self.attributes = attributes
    }
}
