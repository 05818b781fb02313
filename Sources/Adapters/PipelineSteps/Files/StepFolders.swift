// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// Finds the folders that steps may use.
struct StepFolders: Sendable {
    /// The input of steps that use files.
    static let port = StepPort(
        "folder", .string, "The allowed folder that the name starts in; the pipeline's own if not given.")

    let access: StepAccess

    /// What is wrong with a folder's name that is known before running.
    func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let name = inputs.literals["folder"]?.stringValue, self.access.folders[name] == nil else { return [] }
        return [.init("folder", self.unknown(name))]
    }

    /// The folder that a step names.
    ///
    /// - Throws: ``PipelineError`` with code `.unreadableFile` if it is not allowed, or not for writing.
    func path(_ inputs: StepInputs, _ context: StepContext, forWriting: Bool = false) throws -> String {
        guard let name = inputs.string("folder") else {
            guard let path = context.baseFolder, !forWriting else {
                let what = forWriting ? "Nothing may be written in the pipeline's folder" : "The pipeline has no folder"
                throw PipelineError(.unreadableFile, "\(what); name an allowed one in 'folder'.")
            }
            return path
        }
        guard let folder = self.access.folders[name] else { throw PipelineError(.unreadableFile, self.unknown(name)) }
        guard folder.isWritable || !forWriting else {
            throw PipelineError(.unreadableFile, "The folder '\(name)' may only be read.")
        }
        return folder.path
    }

    private func unknown(_ name: String) -> String {
        "No folder '\(name)' is allowed. \(NearestName.hint(for: name, in: self.access.folders.keys))"
    }
}
