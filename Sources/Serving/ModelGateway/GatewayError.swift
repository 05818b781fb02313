// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of the configuration of models.
public enum GatewayDomain: ErrorDomain {
    /// The family's name.
    public static let name = "gateway"
}

/// An error of the configuration of models.
public typealias GatewayError = DomainError<GatewayDomain>

extension GatewayError.Code where Domain == GatewayDomain {
    /// The configuration has mistakes; the message names each with its place.
    public static var invalidConfiguration: Self { "invalid-configuration" }
}
