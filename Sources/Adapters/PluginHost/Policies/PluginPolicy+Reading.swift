// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension PluginPolicy {
    private static let keys = [
        "signatures", "trusted-keys", "isolation", "capabilities", "plugins", "limits", "quarantine",
    ]

    /// Reads a policy.
    ///
    /// ```yaml
    /// signatures: required                 # or optional
    /// trusted-keys: {acme: base64 of 32 bytes}
    /// isolation: untrusted                 # or never, always
    /// capabilities: [files]
    /// plugins: {crawler: {capabilities: [network], isolation: always, sha256: …}}
    /// limits: {call-seconds: 60, load-seconds: 20, memory-mb: 1024}
    /// quarantine: {faults: 5, seconds: 60}
    /// ```
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The file's name, for messages.
    ///   - base: What holds where the text says nothing.
    /// - Throws: ``PluginError`` with code `.invalidPolicy` and a line for everything that is wrong.
    public init(yaml: String, file: String, base: PluginPolicy = PluginPolicy()) throws(PluginError) {
        self = base
        var fields = PluginFields(file: file)
        let root = try fields.root(yaml, beginning: "A policy has keys such as 'isolation: untrusted'.", .invalidPolicy)
        let given = fields.fields(of: root, "The policy", known: Self.keys, optional: Self.keys)
        self.requiresSignature =
            fields.choice(
                given["signatures"], "way with signatures", default: base.requiresSignature ? Need.required : .optional)
            == .required
        for member in fields.members(of: given["trusted-keys"], "'trusted-keys'") {
            let key = Data(base64Encoded: fields.text(member.value)).map(Array.init) ?? []
            if key.count != 32 { fields.report(member.value, "A trusted key must be 32 bytes in base64.") }
            self.trustedKeys[member.key] = key
        }
        self.isolation = fields.choice(given["isolation"], "isolation", default: base.isolation)
        self.capabilities.formUnion(fields.capabilities(given["capabilities"]))
        for member in fields.members(of: given["plugins"], "'plugins'") {
            self.exceptions[fields.word(keyOf: member, "a plugin's name")] = Self.exception(member.value, &fields)
        }
        self.read(limits: given["limits"], quarantine: given["quarantine"], &fields)
        try fields.finish(.invalidPolicy)
    }

    private enum Need: String, CaseIterable {
        case optional, required
    }

    private static func exception(_ node: SourceNode, _ fields: inout PluginFields) -> Exception {
        let known = ["isolation", "capabilities", "sha256"]
        let given = fields.fields(of: node, "What holds for one plugin", known: known, optional: known)
        var exception = Exception()
        if let isolation = given["isolation"] {
            exception.isolation = fields.choice(isolation, "isolation", default: Isolation.always)
        }
        exception.capabilities = fields.capabilities(given["capabilities"])
        if let hash = given["sha256"] { exception.sha256 = fields.hash(hash) }
        return exception
    }

    private mutating func read(limits: SourceNode?, quarantine: SourceNode?, _ fields: inout PluginFields) {
        if let limits {
            let known = ["call-seconds", "load-seconds", "memory-mb"]
            let given = fields.fields(of: limits, "'limits'", known: known, optional: known)
            self.limits.callTime = fields.seconds(given["call-seconds"], default: self.limits.callTime)
            self.limits.loadTime = fields.seconds(given["load-seconds"], default: self.limits.loadTime)
            self.limits.memory =
                fields.integer(given["memory-mb"], 1...1_048_576, default: self.limits.memory >> 20) << 20
        }
        if let quarantine {
            let known = ["faults", "seconds"]
            let given = fields.fields(of: quarantine, "'quarantine'", known: known, optional: known)
            self.quarantine.faults = fields.integer(given["faults"], 1...1_000_000, default: self.quarantine.faults)
            self.quarantine.time = fields.seconds(given["seconds"], default: self.quarantine.time)
        }
    }
}

extension PluginFields {
    /// A number of whole seconds, from 1 to a day.
    fileprivate mutating func seconds(_ node: SourceNode?, default usual: Duration) -> Duration {
        guard node != nil else { return usual }
        return .seconds(self.integer(node, 1...86_400, default: Int(usual.components.seconds)))
    }
}
