// SPDX-License-Identifier: Apache-2.0

/// A pipeline as it was written: what a run is resumed from, whatever has become of its files.
public struct PipelineSource: Sendable, Hashable {
    /// The pipeline's name.
    public var name: String
    /// Its version.
    public var version: String
    /// The file's name, for messages.
    public var file: String
    /// The YAML text.
    public var text: String
    /// The texts of the pipelines that it includes, by the name under which it does.
    public var included: [String: String]
    /// Where relative file names in it start; nil forbids them.
    public var baseFolder: String?

    /// Describes a pipeline as it was written.
    public init(
        name: String, version: String, file: String, text: String, included: [String: String] = [:],
        baseFolder: String? = nil
    ) {
        self.name = name
        self.version = version
        self.file = file
        self.text = text
        self.included = included
        self.baseFolder = baseFolder
    }
}
