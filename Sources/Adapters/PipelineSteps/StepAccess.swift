// SPDX-License-Identifier: Apache-2.0

/// What steps may reach outside of the process; nothing beyond the pipeline's own folder unless it is allowed here.
public struct StepAccess: Sendable {
    /// Folders that steps may use besides the pipeline's own, by the name that pipelines call them.
    public var folders: [String: FolderAccess] = [:]
    /// Whether `http` steps may ask this machine and the networks around it.
    public var allowsLocalNetworks = false
    /// The Python that `python` steps run.
    public var python = "/usr/bin/python3"

    /// The usual access.
    public init() {}
}

/// A folder that steps may use.
public struct FolderAccess: Sendable, Hashable {
    /// The folder.
    public var path: String
    /// Whether steps may write in it.
    public var isWritable: Bool

    /// Allows a folder.
    public init(_ path: String, isWritable: Bool = false) {
        self.path = path
        self.isWritable = isWritable
    }
}
