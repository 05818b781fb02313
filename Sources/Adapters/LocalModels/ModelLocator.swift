// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Finds models by name: GGUF files, and folders with `config.json` and safetensors.
///
/// A name is an alias of the default model, or the name of a `.gguf` file or model folder in the models' folder, the file
/// without its ending; case does not matter. `OWNER/NAME` and `OWNER/NAME:FILE` name what was pulled from a hub. Anything
/// else with a `/` in it or `.gguf` at its end is a path.
public struct ModelLocator: Sendable {
    /// The model that ``/AutoGLM`` and the program use unless told otherwise.
    public static let defaultModel = "smollm2"

    /// The default model's file.
    package static let defaultFile = "SmolLM2-135M-Instruct.Q4_1.gguf"
    /// The size of the default model's file, in bytes.
    package static let defaultFileBytes = 98_362_432
    /// SHA-256 of the default model's file, in hexadecimal.
    package static let defaultFileHash = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

    private static let aliases = ["smollm2", "SmolLM2-135M", "SmolLM2-135M-Instruct"]
    private static let ending = ".gguf"

    /// Where models are kept.
    public let folder: String

    /// Looks in a folder of one's own.
    public init(folder: String) { self.folder = folder }

    /// Looks in the user's cache folder: `$XDG_CACHE_HOME/autoglm/models`, by default under `~/.cache`.
    ///
    /// - Parameter environment: Where `XDG_CACHE_HOME` and `HOME` are read; nil for this process's environment.
    public init(environment: [String: String]? = nil) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let cache = folder("XDG_CACHE_HOME") ?? (folder("HOME") ?? ".") + "/.cache"
        self.init(folder: cache + "/autoglm/models")
    }

    /// The path of a model.
    ///
    /// - Parameter model: A name or a path.
    /// - Returns: The path of a GGUF file or of a model folder that exists.
    /// - Throws: ``LLMError`` with code `.unknownModel` that names the nearest known model and where was looked.
    public func path(of model: String) throws -> String {
        if model.contains("/") { return try self.pulled(model) ?? Self.existing(model) }
        let wanted = Self.stem(model).lowercased()
        let files = Self.modelFiles(in: self.folder)
        if let file = files.first(where: { Self.stem($0).lowercased() == wanted }) { return "\(self.folder)/\(file)" }
        if Self.aliases.contains(where: { $0.lowercased() == wanted }) {
            let path = "\(self.folder)/\(Self.defaultFile)"
            guard Self.isFile(path) else {
                throw LLMError(
                    .unknownModel,
                    "The default model '\(model)' is not there yet: \(path) is missing. Fetch it with: make setup")
            }
            return path
        }
        if let folder = self.folders.first(where: { $0.lowercased() == model.lowercased() }) {
            return try Self.existing("\(self.folder)/\(folder)")
        }
        if Self.isFile(model) { return model }
        if ModelFolder.exists(at: model) { return try Self.existing(model) }
        let known = Self.aliases + self.installedModels
        throw LLMError(
            .unknownModel,
            """
            There is no model '\(model)'. \(NearestName.hint(for: Self.stem(model), in: known)) Looked in \
            \(self.folder), and for a file or folder of that name here.
            """)
    }

    /// The names of the models that are there, without their files' ending.
    public var installedModels: [String] {
        Self.modelFiles(in: self.folder).map(Self.stem) + self.folders + self.pulledModels
    }

    /// The path where the default model belongs.
    package var defaultPath: String { "\(self.folder)/\(Self.defaultFile)" }

    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    static func modelFiles(in folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.lowercased().hasSuffix(self.ending) && !$0.hasPrefix(".") }.sorted()
    }

    private static func stem(_ name: String) -> String {
        name.lowercased().hasSuffix(self.ending) ? String(name.dropLast(self.ending.count)) : name
    }
}
