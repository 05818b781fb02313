// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of models that OpenVINO runs.
public enum OpenVINODomain: ErrorDomain {
    /// The family's name.
    public static let name = "openvino"
}

/// An error of a model that OpenVINO runs.
public typealias OpenVINOError = DomainError<OpenVINODomain>

extension OpenVINOError.Code where Domain == OpenVINODomain {
    /// OpenVINO is not there, or is one that cannot be used.
    public static var noLibrary: Self { "no-library" }
    /// The file is no model, or one that is damaged.
    public static var invalidFile: Self { "invalid-file" }
    /// The model has what cannot be served.
    public static var unsupported: Self { "unsupported" }
    /// OpenVINO cannot make the model run.
    public static var cannotCompile: Self { "cannot-compile" }
    /// A run failed.
    public static var runFailed: Self { "run-failed" }
}
