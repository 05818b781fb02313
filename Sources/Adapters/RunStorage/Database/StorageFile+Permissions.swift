// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension StorageFile {
    /// Makes a missing file that only its owner may read: inputs and answers are nobody else's business.
    ///
    /// SQLite gives the files beside it the same permissions. Where it fails, opening says why.
    static func makePrivate(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }
}
