// SPDX-License-Identifier: Apache-2.0

/// Where a model's tensors come from: a GGUF file, a safetensors file, or a folder of them.
package protocol TensorSource: Sendable {
    /// The path of the file or folder, for messages.
    var path: String { get }

    /// Every tensor that can be read, in the source's order; dimensions stand as in GGUF, neighbours first.
    var tensors: [TensorDescription] { get }

    /// The names of tensors whose kind of number cannot be read here, each with the kind as the file writes it.
    var unreadableTensors: [String: String] { get }

    /// The tensor of a name, as the source writes it; nil where there is none.
    ///
    /// - Throws: ``ModelFileError`` with code `.unsupportedType` when its numbers are of a kind that cannot be read.
    func tensor(named name: String) throws -> TensorDescription?

    /// A tensor's bytes, mapped; valid while the source lives.
    func bytes(of tensor: TensorDescription) -> UnsafeRawBufferPointer

    /// Hints that a tensor's bytes will not be read for a while; reading them again reads the file again.
    func adviseUnneeded(_ tensor: TensorDescription)

    /// Checks that no file has become shorter since it was opened: reading what is gone would end the process.
    ///
    /// - Throws: ``ModelFileError`` with code `.truncated`.
    func checkIntact() throws
}

extension GGUFFile: TensorSource {
    /// Nothing: a GGUF file with an unknown type is refused as a whole, since the type decides where tensors end.
    package var unreadableTensors: [String: String] { [:] }
}
