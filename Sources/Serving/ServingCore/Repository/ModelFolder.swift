// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import KServeProtocol
internal import LLMCore

/// A model's folder in a repository: its configuration, and a folder for each version.
struct ModelFolder: Sendable {
    let name: String
    let path: String

    /// The models of a repository, in order of their names.
    static func all(in repository: String) -> [ModelFolder] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: repository)) ?? []
        return names.sorted().filter { !$0.hasPrefix(".") && ModelName.isValid($0) }
            .map { ModelFolder(name: $0, path: "\(repository)/\($0)") }.filter { Self.isFolder($0.path) }
    }

    /// A model of a name, from the first repository that has it.
    static func named(_ name: String, in repositories: [String]) -> ModelFolder? {
        guard ModelName.isValid(name), !name.hasPrefix(".") else { return nil }
        return repositories.map { ModelFolder(name: name, path: "\($0)/\(name)") }.first { Self.isFolder($0.path) }
    }

    /// The versions that there are, in order.
    var versions: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
        return names.filter { $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } && $0.first != "0" }.compactMap { Int($0) }
            .filter { Self.isFolder("\(self.path)/\($0)") }.sorted()
    }

    /// Reads the configuration; nil where there is none.
    ///
    /// - Throws: ``ServingError`` where it cannot be read.
    func configuration() throws -> Inference_ModelConfig? {
        for form in ConfigurationForm.allCases {
            let file = "\(self.path)/config.\(form.rawValue)"
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw ServingError(.invalidArgument, "\(file) is no text in UTF-8.")
            }
            return try form.read(text, file: file)
        }
        return nil
    }

    /// A text that differs after anything in the folder has changed.
    var stamp: String {
        let versions = self.versions
        return versions.isEmpty ? self.stamp(of: 0) : versions.map(self.stamp).joined(separator: "\n")
    }

    /// A text that differs after the configuration or a version's files have changed.
    func stamp(of version: Int) -> String {
        let files = ConfigurationForm.allCases.map { "\(self.path)/config.\($0.rawValue)" }
        let folder = "\(self.path)/\(version)"
        let inside = (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).sorted()
        return (files + [folder] + inside.map { "\(folder)/\($0)" }).compactMap(Self.stamp).joined(separator: "\n")
    }

    private static func stamp(_ path: String) -> String? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        let date = (attributes[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate ?? 0
        return "\(path) \(date) \(attributes[.size] ?? 0)"
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

extension Inference_ModelVersionPolicy {
    /// The versions that are served of those that there are.
    func chosen(from versions: [Int]) -> [Int] {
        switch self.policyChoice {
        case .all: versions
        case .specific(let specific): versions.filter { specific.versions.contains(Int64($0)) }
        case .latest(let latest): versions.suffix(max(1, Int(latest.numVersions)))
        case nil: versions.suffix(1)
        }
    }
}
