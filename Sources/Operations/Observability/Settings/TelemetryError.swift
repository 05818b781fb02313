// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of settings of traces, metrics and logs, and of what is kept of them.
public enum TelemetryDomain: ErrorDomain {
    /// The family's name.
    public static let name = "telemetry"
}

/// An error of settings of traces, metrics and logs, or of what is kept of them.
public typealias TelemetryError = DomainError<TelemetryDomain>

extension TelemetryError.Code where Domain == TelemetryDomain {
    /// A variable of the environment has a value that means nothing.
    public static var invalidSetting: Self { "invalid-setting" }
    /// No trace that is kept has that name.
    public static var unknownTrace: Self { "unknown-trace" }
    /// Several traces that are kept have names that begin like that.
    public static var ambiguousTrace: Self { "ambiguous-trace" }
}
