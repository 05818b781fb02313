// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

extension ModelLocator {
    /// The model at a path that exists.
    ///
    /// - Throws: ``LLMError`` with code `.unknownModel` that says what is there instead.
    static func existing(_ path: String) throws -> String {
        if self.isFile(path) { return path }
        if let folder = try? ModelFolder(path: path) { return try self.model(in: folder) }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let parent = parts.dropLast().joined(separator: "/")
        let files = self.modelFiles(in: parent.isEmpty ? "/" : parent)
        let hint = files.isEmpty ? "" : " " + NearestName.hint(for: String(parts.last ?? ""), in: files)
        throw LLMError(
            .unknownModel,
            "There is no model file or folder '\(path)', and none was pulled under that name (autoglm pull).\(hint)")
    }

    /// The model in a folder: the folder itself, or the only GGUF file in it.
    private static func model(in folder: ModelFolder) throws -> String {
        let files = self.modelFiles(in: folder.path)
        if self.holdsModel(folder) || (folder.has("config.json") && files.isEmpty) { return folder.path }
        if files.count == 1 { return "\(folder.path)/\(files[0])" }
        throw LLMError(
            .unknownModel,
            files.isEmpty
                ? "'\(folder.path)' is a folder without config.json and without .gguf files; name a model's file or folder."
                : "'\(folder.path)' is a folder with several models; name one: \(files.joined(separator: ", ")).")
    }

    /// Whether a folder has settings and weights.
    private static func holdsModel(_ folder: ModelFolder) -> Bool {
        folder.has("config.json")
            && (folder.has("model.safetensors") || folder.has("model.safetensors.index.json"))
    }

    /// The model of a name such as `OWNER/NAME` or `OWNER/NAME:FILE` that was pulled; nil where there is none.
    func pulled(_ model: String) throws -> String? {
        let parts = model.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2, path.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            !Self.isFile(model), parts.count == 2 || !ModelFolder.exists(at: model),
            let folder = try? ModelFolder(path: "\(self.folder)/\(parts[0])")
        else { return nil }
        return parts.count == 2 ? try Self.existing(try folder.path(of: String(parts[1]))) : try Self.model(in: folder)
    }

    /// Model folders directly where models are kept.
    var folders: [String] {
        guard let list = try? ModelFolder(path: self.folder) else { return [] }
        return list.names.filter { name in
            (try? ModelFolder(path: "\(self.folder)/\(name)")).map(Self.holdsModel) ?? false
        }
    }

    /// The names of what was pulled, such as `OWNER/NAME`.
    var pulledModels: [String] {
        guard let list = try? ModelFolder(path: self.folder) else { return [] }
        return list.names.flatMap { owner -> [String] in
            guard let models = try? ModelFolder(path: "\(self.folder)/\(owner)"), !Self.holdsModel(models) else {
                return []
            }
            return models.names.filter { !$0.hasPrefix(".") && ModelFolder.exists(at: "\(models.path)/\($0)") }
                .map { "\(owner)/\($0)" }
        }
    }
}
