// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
package import Glibc
#elseif canImport(Darwin)
package import Darwin
#endif

extension stat {
    /// When a file's contents were changed last; systems name it differently.
    package var modified: timespec {
        #if canImport(Darwin)
        self.st_mtimespec
        #else
        self.st_mtim
        #endif
    }
}
