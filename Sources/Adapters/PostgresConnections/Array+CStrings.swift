// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

extension [String] {
    /// Lends the texts to C, as pointers that a null pointer follows.
    func withCStrings<Value>(_ body: ([UnsafePointer<CChar>?]) throws -> Value) rethrows -> Value {
        try self.map(Optional.some).withCStrings(body)
    }
}

extension [String?] {
    /// Lends the texts to C, as pointers that a null pointer follows; nil is a null pointer.
    func withCStrings<Value>(_ body: ([UnsafePointer<CChar>?]) throws -> Value) rethrows -> Value {
        let copies = self.map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return try body(copies.map { UnsafePointer($0) } + [nil])
    }
}
