// SPDX-License-Identifier: Apache-2.0

internal import CMPI
internal import LLMCore

/// OpenMPI, loaded when it is first needed.
struct MPILibrary: @unchecked Sendable {  // The table is never changed and never goes away.
    /// What the library is called.
    static let usualFile = "libmpi.so.40"

    let functions: UnsafePointer<cmpi_library>

    /// Loads the library.
    ///
    /// - Throws: ``TrainingError`` with code `.noGroup` that names the package to install.
    init(file: String = usualFile) throws {
        var reason = [CChar](repeating: 0, count: 160)
        let loaded = file.withCString { name in
            withUnsafePointer(to: Optional(name)) { cmpi_load($0, 1, &reason, reason.count) }
        }
        guard let loaded else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw TrainingError(.noGroup, "This process was started as one of several, but cannot join them: \(text).")
        }
        self.functions = loaded
    }

    /// Makes an error of what a function returned.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    func check(_ code: Int32, _ what: String) throws {
        guard code != CMPI_SUCCESS.rawValue else { return }
        var (text, length) = ([CChar](repeating: 0, count: Int(CMPI_LONGEST_ERROR.rawValue)), Int32(0))
        _ = self.functions.pointee.error_text(code, &text, &length)
        let said = String(decoding: text.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw TrainingError(.lostGroup, "The processes of this training cannot \(what) any more: \(said).")
    }
}
