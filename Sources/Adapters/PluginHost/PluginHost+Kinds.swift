// SPDX-License-Identifier: Apache-2.0

public import LLMCore

extension PluginHost {
    /// The most bytes of a call's inputs, as JSON.
    package static var maximumInputBytes: Int { PluginLibrary.maximumReplyBytes }

    /// The manifest of a plugin that must be of some kind.
    ///
    /// - Throws: ``PluginError``, as ``manifest(of:)`` throws it; with code `.wrongKind` if it is of another kind.
    public func manifest(of name: String, _ kind: PluginKind) throws(PluginError) -> PluginManifest {
        let manifest = try self.plugin(named: name, kind).0
        guard manifest.kind == kind else {
            let names = try self.names(kind)
            let hint = names.isEmpty ? "There is none." : "There are: \(names.joined(separator: ", "))."
            throw PluginError(
                .wrongKind,
                "The plugin '\(name)' is \(manifest.kind.title), and what is wanted here is \(kind.title). \(hint)")
        }
        return manifest
    }

    /// The names of the plugins of a kind that can be used.
    ///
    /// - Throws: ``PluginError`` if a folder cannot be listed.
    public func names(_ kind: PluginKind) throws(PluginError) -> [String] {
        try self.plugins().compactMap { try? $0.manifest.get() }.filter { $0.kind == kind }.map(\.name)
    }

    /// Checks and loads a plugin as ``verify(_:)`` does, on a thread that may wait.
    ///
    /// - Throws: ``PluginError`` that says what is wrong.
    package func verifyApart(_ name: String) async throws(PluginError) {
        try await self.apart { Result { () throws(PluginError) in try self.verify(name) } }.get()
    }
}
