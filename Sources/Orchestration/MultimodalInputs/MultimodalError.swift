// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of multimodal input.
public enum MultimodalDomain: ErrorDomain {
    /// The family's name.
    public static let name = "multimodal"
}

/// An error of multimodal input.
public typealias MultimodalError = DomainError<MultimodalDomain>

extension MultimodalError.Code where Domain == MultimodalDomain {
    /// A setting has a value that cannot be.
    public static var invalidSetting: Self { "invalid-setting" }
    /// The queue holds as many events as it may.
    public static var queueFull: Self { "queue-full" }
    /// The queue takes no more events.
    public static var queueClosed: Self { "queue-closed" }
    /// An event says something of itself that cannot be, such as a time to come.
    public static var invalidEvent: Self { "invalid-event" }
    /// An event came after later ones had been given out.
    public static var late: Self { "late" }
    /// A library or a model that is needed is not installed.
    public static var notInstalled: Self { "not-installed" }
    /// The bytes are of no kind that is read here.
    public static var unknownFormat: Self { "unknown-format" }
    /// The bytes are damaged, or end too early.
    public static var damaged: Self { "damaged" }
    /// The medium is larger than it may be.
    public static var tooLarge: Self { "too-large" }
    /// A model failed.
    public static var failed: Self { "failed" }
    /// An event is of a kind that its handler does not take.
    public static var unsuitable: Self { "unsuitable" }
    /// The name is of no kind of handler.
    public static var unknownHandler: Self { "unknown-handler" }
}
