// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import EventMessaging
internal import LLMCore

/// The C client of NATS, loaded when it is first needed.
package struct NATSLibrary: @unchecked Sendable {  // The table is never changed and never goes away.
    /// What the library is called on the systems there are.
    package static let usualFiles = ["libnats.so.3.4", "libnats.so.3", "libnats.3.dylib", "libnats.dylib"]

    private static let loaded = Result { try NATSLibrary(files: Self.usualFiles) }

    let functions: UnsafePointer<cnats_library>

    /// Loads the library from the first of these files that there is.
    ///
    /// - Throws: ``EventError`` with code `.unsupported` that names the package to install.
    package init(files: [String]) throws {
        var reason = [CChar](repeating: 0, count: 160)
        let names = files.map { Array($0.utf8CString) }
        let loaded = withExtendedLifetime(names) {
            let pointers = names.map { name in
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: name.count)
                copy.update(from: name, count: name.count)
                return copy
            }
            defer { for pointer in pointers { pointer.deallocate() } }
            return cnats_load(pointers.map { UnsafePointer($0) }, files.count, &reason, reason.count)
        }
        guard let loaded else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw EventError(.unsupported, "NATS cannot be used: \(text).")
        }
        self.functions = loaded
    }

    /// The library, loaded once; a system without it is asked once.
    package static var shared: Self { get throws { try Self.loaded.get() } }

    /// The library's version, such as `3.4.1`.
    package var version: String { String(cString: self.table.version()) }

    var table: cnats_library { self.functions.pointee }

    /// What a status means in words.
    func text(_ status: Int32) -> String { String(cString: self.table.status_text(status)) }
}
