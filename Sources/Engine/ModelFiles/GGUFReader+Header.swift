// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

extension GGUFReader {
    /// What the first bytes of a file say.
    struct Header {
        var version: Int
        var tensorCount: Int
        var metadataCount: Int
    }

    /// Reads magic, version and counts.
    mutating func readHeader() throws -> Header {
        guard self.storage.bytes.prefix(4).elementsEqual("GGUF".utf8) else { throw self.notAModel() }
        self.offset = 4
        let version = try self.read("the version", as: UInt32.self)
        guard version == 2 || version == 3 else { throw self.unsupported(version) }
        let tensors = try self.read("the tensor count", as: UInt64.self)
        let metadata = try self.read("the metadata count", as: UInt64.self)
        // The smallest metadata entry has 14 bytes (a one-byte key with a one-byte value), the smallest tensor entry 25.
        guard metadata <= UInt64(self.remaining / 14) else {
            throw self.failure(
                .tooLarge, "\(metadata) metadata entries are announced, but \(self.remaining) bytes cannot hold them")
        }
        guard tensors <= UInt64(self.remaining / 25) else {
            throw self.failure(
                .tooLarge, "\(tensors) tensors are announced, but \(self.remaining) bytes cannot hold their table")
        }
        return Header(version: Int(version), tensorCount: Int(tensors), metadataCount: Int(metadata))
    }

    /// The error for a version that is not supported.
    private func unsupported(_ version: UInt32) -> ModelFileError {
        let swapped = version.byteSwapped
        let message =
            if (1...3).contains(swapped) {
                "this is a big-endian GGUF file; only little-endian files are supported, convert it"
            } else if version == 1 {
                "this is a GGUF file of version 1, which was withdrawn; convert the model again"
            } else {
                "GGUF version \(version) is not supported, only 2 and 3 are"
            }
        return self.failure(.unsupportedVersion, message)
    }

    /// The error for a file that does not begin as GGUF does, with a guess at what it is.
    private func notAModel() -> ModelFileError {
        let front = Array(self.storage.bytes.prefix(512))
        if front.count < 4, Array("GGUF".utf8).starts(with: front) {
            return self.failure(.truncated, "the file ends after \(front.count) bytes; fetch it again")
        }
        let guess = FileGuess.name(front, wanted: "GGUF").map { " It looks like \($0)." } ?? ""
        return ModelFileError(
            .notAModel, "\(self.source): this is not a GGUF model file (it does not begin with 'GGUF').\(guess)")
    }
}
