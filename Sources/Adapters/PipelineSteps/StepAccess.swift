// SPDX-License-Identifier: Apache-2.0

internal import PostgresConnections

/// What steps may reach outside of the process; nothing beyond the pipeline's own folder unless it is allowed here.
public struct StepAccess: Sendable {
    /// Folders that steps may use besides the pipeline's own, by the name that pipelines call them.
    public var folders: [String: FolderAccess] = [:]
    /// PostgreSQL databases that `sql` steps may read, by the name that pipelines call them.
    public var databases: [String: DatabaseAccess] = [:]
    /// Secrets that `http` steps may send, each to one server.
    public var secrets: [SecretAccess] = []
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

/// A secret that steps may send to one server; a pipeline names its source and never sees it.
public struct SecretAccess: Sendable, Hashable {
    /// Where a secret is.
    public enum Source: Sendable, Hashable, CustomStringConvertible {
        /// In a variable of the environment.
        case environment(String)
        /// In a file.
        case file(String)

        /// Reads `env:VARIABLE` or `file:PATH`; nil for anything else.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count) {
            case ("env", 2): self = .environment(parts[1])
            case ("file", 2): self = .file(parts[1])
            default: return nil
            }
        }

        /// `env:VARIABLE` or `file:PATH`.
        public var description: String {
            switch self {
            case .environment(let name): "env:\(name)"
            case .file(let path): "file:\(path)"
            }
        }
    }

    /// The server's name or address, in small letters and without its port.
    public var host: String
    /// Where the secret is.
    public var source: Source

    /// Allows a secret.
    public init(host: String, source: Source) {
        self.host = host.lowercased()
        self.source = source
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
