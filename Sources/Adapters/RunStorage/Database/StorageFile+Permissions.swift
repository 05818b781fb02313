// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension StorageFile {
    /// Makes a missing file that only its owner may read: inputs and answers are nobody else's business.
    ///
    /// SQLite gives the files beside it the same permissions. Where it fails, opening says why. A file that is there must not
    /// be opened: closing it would drop the locks that another connection of this process has on it, and other processes
    /// would take away the log that it still writes to.
    static func makePrivate(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }
}
