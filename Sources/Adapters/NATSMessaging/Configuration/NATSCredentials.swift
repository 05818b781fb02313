// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import EventMessaging
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// As whom to come to NATS: says where secrets are, never the secrets, so that nothing that holds this can show them.
public enum NATSCredentials: Sendable, Hashable {
    /// Where a secret is.
    public enum Secret: Sendable, Hashable {
        /// A variable of the environment.
        case environment(String)
        /// A file, whose last end of line does not count.
        case file(String)
    }

    /// As nobody.
    case none
    /// As a user with a password.
    case password(user: String, Secret)
    /// With a token.
    case token(Secret)
    /// By an Ed25519 key: its public part as NATS writes it (`U…`), and the file of its seed.
    case nkey(publicKey: String, seedFile: String)
    /// By a file of credentials with a JWT and a seed, as `nsc` makes it.
    case file(String)

    private static let maximumBytes = 65_536

    /// Reads the secret.
    ///
    /// - Throws: ``EventError`` with code `.refused` where it is not there.
    func read() throws -> NATSSecrets {
        switch self {
        case .none: return .none
        case .password(let user, let secret): return .password(user: user, try Self.text(secret))
        case .token(let secret): return .token(try Self.text(secret))
        case .nkey(let key, let file):
            try Self.check(file)
            return .nkey(publicKey: key, seedFile: file)
        case .file(let path):
            try Self.check(path)
            return .file(path)
        }
    }

    private static func text(_ secret: Secret) throws -> String {
        let (place, found): (String, String?) =
            switch secret {
            case .environment(let name): ("the variable \(name)", ProcessInfo.processInfo.environment[name])
            case .file(let path): ("the file '\(path)'", try? String(contentsOfFile: path, encoding: .utf8))
            }
        let text = found.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 } ?? ""
        guard !text.isEmpty, text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ $0 >= 0x20 }) else {
            throw EventError(.refused, "The secret for NATS should be in \(place), which holds none.")
        }
        return text
    }

    private static func check(_ path: String) throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw EventError(.refused, "The credentials for NATS should be in '\(path)', which cannot be read.")
        }
    }
}

/// Credentials with their secrets, which only live while a connection is made.
enum NATSSecrets: Sendable {
    case none
    case password(user: String, String)
    case token(String)
    case nkey(publicKey: String, seedFile: String)
    case file(String)

    func apply(to options: OpaquePointer, _ table: cnats_library) -> Int32 {
        switch self {
        case .none: CNATS_OK.status
        case .password(let user, let password): table.set_user(options, user, password)
        case .token(let token): table.set_token(options, token)
        case .nkey(let key, let file): table.set_nkey(options, key, file)
        case .file(let path): table.set_credentials(options, path, nil)
        }
    }
}

/// How a connection to NATS is encrypted.
public struct NATSTLS: Sendable, Hashable {
    /// The file of the authorities to trust; nil for the system's.
    public var authorityFile: String?
    /// The files of this side's certificate and key, where the server asks for them.
    public var certificateFile: String?
    /// The file of this side's key.
    public var keyFile: String?
    /// The name that the server's certificate must have; nil for the host that is asked.
    public var host: String?

    /// Says how a connection is encrypted.
    public init(
        authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, host: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.host = host
    }

    func apply(to options: OpaquePointer, _ table: cnats_library) -> Int32 {
        var status = table.set_secure(options, true)
        if status == CNATS_OK.status, let authorityFile { status = table.load_authorities(options, authorityFile) }
        if status == CNATS_OK.status, let certificateFile, let keyFile {
            status = table.load_certificate(options, certificateFile, keyFile)
        }
        if status == CNATS_OK.status, let host { status = table.set_expected_host(options, host) }
        return status
    }
}
