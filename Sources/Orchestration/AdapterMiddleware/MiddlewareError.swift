// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of what wraps around models.
public enum MiddlewareDomain: ErrorDomain {
    /// The family's name.
    public static let name = "middleware"
}

/// An error of what wraps around models.
public typealias MiddlewareError = DomainError<MiddlewareDomain>

extension MiddlewareError.Code where Domain == MiddlewareDomain {
    /// A screen found something in the request that must not reach the model.
    public static var blocked: Self { "blocked" }
}
