// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Which plugins are loaded, where they run, and what they may do there.
public struct PluginPolicy: Sendable {
    /// Where plugins run.
    public enum Isolation: String, Sendable, CaseIterable {
        /// All in this process: only what one would link.
        case never
        /// Those that nobody trusted has signed in processes of their own.
        case untrusted
        /// All in processes of their own.
        case always
    }

    /// What holds for one plugin instead.
    public struct Exception: Sendable {
        /// Where it runs; as all others if nil.
        public var isolation: Isolation?
        /// What it is granted besides.
        public var capabilities: Set<PluginCapability> = []
        /// The only library that is loaded, by its SHA-256 in hexadecimal digits; any if nil.
        public var sha256: String?

        /// Nothing but what holds for all.
        public init() {}
    }

    /// Whether plugins that nobody trusted has signed are refused.
    public var requiresSignature = false
    /// The Ed25519 public keys that are trusted, of 32 bytes, by their owners' names.
    public var trustedKeys: [String: [UInt8]] = [:]
    /// Where plugins run.
    public var isolation = Isolation.never
    /// What every plugin is granted.
    public var capabilities: Set<PluginCapability> = []
    /// What holds for single plugins, by their names.
    public var exceptions: [String: Exception] = [:]
    /// What processes of plugins may take.
    public var limits = PluginLimits()
    /// When a plugin is left alone.
    public var quarantine = PluginQuarantine()

    /// Loads everything, into this process.
    public init() {}

    /// Who has signed a manifest, of those that are trusted.
    public func signer(of manifest: PluginManifest) -> String? {
        guard let signature = manifest.signature else { return nil }
        return self.trustedKeys.sorted { $0.key < $1.key }.first { _, key in
            signature.isValid(for: manifest.signedBytes, key: key)
        }?.key
    }

    /// Whether a plugin runs in a process of its own.
    public func isolates(_ manifest: PluginManifest) -> Bool {
        switch self.exceptions[manifest.name]?.isolation ?? self.isolation {
        case .never: false
        case .always: true
        case .untrusted: self.signer(of: manifest) == nil
        }
    }

    /// What a plugin asks for and gets.
    func granted(to manifest: PluginManifest) -> Set<PluginCapability> {
        self.capabilities.union(self.exceptions[manifest.name]?.capabilities ?? []).intersection(manifest.capabilities)
    }

    /// Refuses a plugin that must not be loaded.
    ///
    /// - Throws: ``PluginError`` with code `.forbidden`, or `.altered` for another library than the one that is pinned.
    public func check(_ manifest: PluginManifest) throws(PluginError) {
        if self.requiresSignature, self.signer(of: manifest) == nil {
            let reason =
                manifest.signature == nil
                ? "it has no signature" : "its signature is of none of the trusted keys, or its manifest was altered"
            throw PluginError(
                .forbidden,
                "The plugin \(manifest.title) is refused: \(reason). Have it signed by one of: \(self.signers).")
        }
        if let pin = self.exceptions[manifest.name]?.sha256, pin != manifest.sha256 {
            throw PluginError(
                .altered,
                "The plugin \(manifest.title) is refused: the policy wants the library \(pin), and it names \(manifest.sha256)."
            )
        }
        let denied = Set(manifest.capabilities).subtracting(self.granted(to: manifest)).sorted().map(\.rawValue)
        guard denied.isEmpty else {
            throw PluginError(
                .forbidden,
                "The plugin \(manifest.title) asks for \(denied.joined(separator: " and ")), which the policy does not grant. Grant it under 'plugins: {\(manifest.name): {capabilities: [\(denied.joined(separator: ", "))]}}'."
            )
        }
    }

    private var signers: String {
        self.trustedKeys.isEmpty
            ? "nobody yet; name keys under 'trusted-keys'"
            : self.trustedKeys.keys.sorted().joined(separator: ", ")
    }
}

/// What the process of a plugin may take before it is ended.
public struct PluginLimits: Sendable {
    /// How long one call may take.
    public var callTime: Duration = .seconds(60)
    /// How long loading may take.
    public var loadTime: Duration = .seconds(20)
    /// The most memory, in bytes, above what the process has when the plugin is loaded.
    public var memory = 1 << 30
    /// How long nothing is started after a second crash in a row; twice as long after each further one.
    public var firstPause: Duration = .milliseconds(100)
    /// The longest such pause.
    public var longestPause: Duration = .seconds(30)

    /// The usual limits.
    public init() {}
}

/// When a plugin is left alone: after faults in a row (crashes, hangs, replies that break the manifest), not for errors that it tells.
public struct PluginQuarantine: Sendable {
    /// How many faults in a row.
    public var faults = 5
    /// For how long; the first call after it decides anew.
    public var time: Duration = .seconds(60)

    /// The usual values.
    public init() {}
}
