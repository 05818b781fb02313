// SPDX-License-Identifier: Apache-2.0

internal import PostgresConnections

/// What steps may reach outside of the process; nothing beyond the pipeline's own folder unless it is allowed here.
public struct StepAccess: Sendable {
    /// Folders that steps may use besides the pipeline's own, by the name that pipelines call them.
    public var folders: [String: FolderAccess] = [:]
    /// PostgreSQL databases that `sql` steps may read, by the name that pipelines call them.
    public var databases: [String: DatabaseAccess] = [:]
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

/// A PostgreSQL database that steps may read.
public struct DatabaseAccess: Sendable, Hashable {
    let url: PostgresURL

    /// Allows a database.
    ///
    /// - Parameter url: Such as `postgresql://reader@db.example/shop?password_env=SHOP_PASSWORD`; the password itself
    ///   cannot stand in it.
    /// - Throws: An error that says what is wrong with the URL, without repeating it.
    public init(_ url: String) throws { self.url = try PostgresURL(url) }
}
