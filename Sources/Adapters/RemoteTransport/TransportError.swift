// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of exchanges with other machines.
public enum TransportDomain: ErrorDomain {
    /// The family's name.
    public static let name = "transport"
}

/// An error of exchanges with other machines.
public typealias TransportError = DomainError<TransportDomain>
