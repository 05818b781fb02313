// SPDX-License-Identifier: Apache-2.0

public import PromptTemplates

/// Another plugin, and which versions of it are meant.
public struct PluginRequirement: Sendable, CustomStringConvertible {
    /// The other plugin's name.
    public var name: String
    /// The versions.
    public var versions: VersionRange

    /// `'tokenizer' ^1.2`.
    public var description: String {
        "'\(self.name)' \(self.versions.description == "latest" ? "of any version" : self.versions.description)"
    }
}
