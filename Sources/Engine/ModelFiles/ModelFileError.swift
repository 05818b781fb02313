// SPDX-License-Identifier: Apache-2.0
package import LLMCore

/// The errors of model files.
package enum ModelFileDomain: ErrorDomain {
    /// The family's name.
    package static let name = "model-file"
}

/// An error in a model file or on the way to it; the message names the file and the byte where it went wrong.
package typealias ModelFileError = DomainError<ModelFileDomain>

extension ModelFileError.Code where Domain == ModelFileDomain {
    /// There is no such file.
    package static var notFound: Self { "not-found" }
    /// The file exists but cannot be opened or mapped.
    package static var notReadable: Self { "not-readable" }
    /// The file is something else than a model, or a model in a format that is not read.
    package static var notAModel: Self { "not-a-model" }
    /// The file is GGUF of a version or byte order that is not supported.
    package static var unsupportedVersion: Self { "unsupported-version" }
    /// The file ends before what it announces.
    package static var truncated: Self { "truncated" }
    /// The file contradicts its own format.
    package static var malformed: Self { "malformed" }
    /// A size in the file is too large for any machine or for the format's limits.
    package static var tooLarge: Self { "too-large" }
    /// The file lacks a metadata key that is needed.
    package static var missingKey: Self { "missing-key" }
    /// A metadata value has another type than the one needed.
    package static var wrongType: Self { "wrong-type" }
    /// A tensor holds a kind of number that cannot be read.
    package static var unsupportedType: Self { "unsupported-type" }
    /// The file could not be written.
    package static var notWritable: Self { "not-writable" }
}
