// SPDX-License-Identifier: Apache-2.0

internal import COpenVINO
internal import Foundation
internal import KServeProtocol
internal import LLMCore

/// OpenVINO, loaded when it is first needed.
package struct OpenVINOLibrary: @unchecked Sendable {  // Neither pointer changes or goes away; cores may be shared.
    /// The variable of the environment that names the library, or the folder that it lies in.
    package static let variable = "AUTOGLM_OPENVINO"

    private static let loaded = Result {
        try OpenVINOLibrary(files: Self.files(environment: ProcessInfo.processInfo.environment))
    }

    let functions: UnsafePointer<cov_library>
    let core: OpaquePointer

    /// Loads the library from the first of these files that there is.
    ///
    /// - Throws: ``OpenVINOError`` with code `.noLibrary` that says how to get it.
    package init(files: [String]) throws {
        var reason = [CChar](repeating: 0, count: 400)
        guard let functions = files.lazy.compactMap({ cov_load($0, &reason, reason.count) }).first else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw Self.missing(text.isEmpty ? "it is not installed" : text)
        }
        self.functions = functions
        var core: OpaquePointer?
        guard functions.pointee.core_create(&core) == 0, let core else { throw Self.missing("it does not start") }
        self.core = core
        // A file that is replaced while it serves must not change or break what was loaded.
        _ = cov_set(functions, core, "ENABLE_MMAP", "NO")
        try self.checkElements()
    }

    /// The library, loaded once; a system without it is asked once.
    package static var shared: Self { get throws { try Self.loaded.get() } }

    /// The library's version, such as `2026.4.1`.
    package var version: String {
        var version = cov_version()
        guard self.functions.pointee.version(&version) == 0 else { return "unknown" }
        defer { self.functions.pointee.version_free(&version) }
        let text = version.number.map { String(cString: $0) } ?? "unknown"
        return text.split(separator: "-").first.map(String.init) ?? text
    }

    /// Where the library may be: where the environment says, else in the user's cache folder, else where the system looks.
    package static func files(environment: [String: String]) -> [String] {
        if let place = environment[Self.variable], !place.isEmpty { return Self.files(at: place) }
        let home = environment["HOME"].map { "\($0)/.cache" }
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home
        return (cache.map { Self.files(at: "\($0)/autoglm/openvino") } ?? []) + ["libopenvino_c.so"]
    }

    /// The library's file at a place: the file itself, or one in a folder that packages have it in.
    private static func files(at place: String) -> [String] {
        let folders = ["", "/libs", "/openvino/libs"].map { place + $0 }
        let found = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .filter { $0.hasPrefix("libopenvino_c.") }.map { "\(folder)/\($0)" }
        }
        return found.isEmpty ? [place] : found
    }

    /// The error of what OpenVINO's last call in this process refused.
    func error(_ code: OpenVINOError.Code, _ what: String) -> OpenVINOError {
        let text = self.functions.pointee.last_error()
        defer { self.functions.pointee.text_free(text) }
        // Lines of where in OpenVINO's own source it happened tell nobody anything.
        let lines = text.map { String(cString: $0) }?.split(separator: "\n").filter {
            !$0.contains("Exception from src/")
        }
        let reason = (lines ?? []).joined(separator: " ").prefix(400)
        return OpenVINOError(code, reason.isEmpty ? "\(what)." : "\(what): \(reason)")
    }

    private static func missing(_ reason: String) -> OpenVINOError {
        OpenVINOError(
            .noLibrary,
            "ONNX models need OpenVINO, which cannot be loaded (\(reason)). Install it with scripts/fetch-model.sh openvino, or with pip install openvino and the folder openvino/libs of that package in \(Self.variable)."
        )
    }

    /// Makes sure that this OpenVINO numbers types of elements as they are numbered here: versions may differ.
    ///
    /// A type that was put in or left out moves those after it, whose sizes then do not fit any more.
    private func checkElements() throws {
        for (number, datatype) in OpenVINOElement.datatypes {
            var dimension: Int64 = 1
            let size = withUnsafeMutablePointer(to: &dimension) { dimensions -> Int? in
                var tensor: OpaquePointer?
                let shape = cov_shape(rank: 1, dimensions: dimensions)
                guard self.functions.pointee.tensor_create(number, shape, &tensor) == 0, let tensor else { return nil }
                defer { self.functions.pointee.tensor_free(tensor) }
                var size = 0
                return self.functions.pointee.tensor_size(tensor, &size) == 0 ? size : nil
            }
            guard size == datatype.size else {
                throw Self.missing("version \(self.version) is too old or too new; use 2026.4")
            }
        }
    }
}
