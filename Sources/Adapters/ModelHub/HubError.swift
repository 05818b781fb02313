// SPDX-License-Identifier: Apache-2.0
package import LLMCore

/// The errors of model hubs.
package enum HubDomain: ErrorDomain {
    /// The family's name.
    package static let name = "hub"
}

/// An error of a hub or on the way to it.
package typealias HubError = DomainError<HubDomain>

extension HubError.Code where Domain == HubDomain {
    /// The name of a repository, file or server cannot be one.
    package static var invalidName: Self { "invalid-name" }
    /// The hub has no such repository, revision or file, or does not show it to everybody.
    package static var notFound: Self { "not-found" }
    /// The hub wants a token, or another one.
    package static var unauthorized: Self { "unauthorized" }
    /// The hub could not be reached, or broke off, as often as it was tried.
    package static var unreachable: Self { "unreachable" }
    /// The hub answered what it must not.
    package static var badAnswer: Self { "bad-answer" }
    /// What came is not what was announced.
    package static var damaged: Self { "damaged" }
    /// The file cannot be written here.
    package static var notWritable: Self { "not-writable" }
    /// The network may not be used now.
    package static var offline: Self { "offline" }
    /// The repository has nothing that runs here.
    package static var nothingToPull: Self { "nothing-to-pull" }
}
