// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import MultimodalInputs
internal import OrderedCollections
internal import Pipelines
public import PluginHost

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A plugin of kind `input-processor` as a handler of inputs.
struct PluginInputHandler: InputHandler {
    private static let step = "process"
    /// The most bytes of a payload: in base64 they fill what a call may have, but for some room for the rest of it.
    private static let maximumPayloadBytes = PluginHost.maximumInputBytes / 4 * 3 - (64 << 10)

    private let plugin: String
    private let host: PluginHost
    private let options: [String: JSONValue]

    /// Names a plugin, and what it is given besides with every event.
    init(_ plugin: String, host: PluginHost, options: [String: JSONValue]) {
        (self.plugin, self.host, self.options) = (plugin, host, options)
    }

    func handle(_ event: InputEvent) async throws -> InputFindings {
        let bytes: [UInt8]
        switch event.payload {
        case .text(let text): bytes = Array(text.utf8)
        case .encoded(let encoded, _): bytes = encoded
        case .samples:
            throw MultimodalError(.unsuitable, "The event of '\(event.source)' has samples, which no plugin takes.")
        }
        guard bytes.count <= Self.maximumPayloadBytes else {
            throw MultimodalError(
                .tooLarge,
                "The event of '\(event.source)' has \(bytes.count) bytes; a plugin takes \(Self.maximumPayloadBytes) at most, since a call with them in base64 has 64 MiB at most."
            )
        }
        let step = try self.host.manifest(of: self.plugin, .inputProcessor).step(named: Self.step)
        var input = OrderedDictionary(uniqueKeysWithValues: self.options.sorted { $0.key < $1.key })
        input["payload"] = .string(Data(bytes).base64EncodedString())
        input["modality"] = .string(event.modality.rawValue)
        if step.takes("media_type") { input["media_type"] = .string(event.mediaType) }
        if step.takes("source") { input["source"] = .string(event.source) }
        var found = try await self.host.call(self.plugin, step: Self.step, input: .object(input)).objectValue ?? [:]
        let text = found.removeValue(forKey: "text")?.stringValue
        let numbers = found.removeValue(forKey: "vector")?.arrayValue ?? []
        let vector = numbers.compactMap { $0.numberValue.map(Float.init) }
        guard vector.count == numbers.count, vector.allSatisfy(\.isFinite) else {
            throw PluginError(.badReply, "The plugin '\(self.plugin)' gave a vector that has more in it than numbers.")
        }
        return InputFindings(text: text, vector: vector, details: found)
    }
}

extension InputHandlerKind {
    /// The plugins that routing tables can name.
    ///
    /// - Throws: ``PluginError`` if their folders cannot be listed.
    public static func plugins(of host: PluginHost) throws -> [InputHandlerKind] {
        guard host.hasFolders else { return [] }
        return try host.names(.inputProcessor).map { try Self.plugin($0, of: host) }
    }

    /// The plugin that a routing table names, as `plugin:ocr`; nil for other names.
    ///
    /// - Throws: ``PluginError``: there is no such plugin, or it is of another kind.
    public static func named(_ text: String, of host: PluginHost) throws -> InputHandlerKind? {
        try PluginReference.name(in: text).map { try Self.plugin($0, of: host) }
    }

    /// A plugin as a kind of handler: it takes what the schema of its `modality` lets through, and its further inputs are options.
    private static func plugin(_ name: String, of host: PluginHost) throws(PluginError) -> InputHandlerKind {
        let manifest = try host.manifest(of: name, .inputProcessor)
        let contract = manifest.kind.contract?.inputs.map(\.name) ?? []
        let ports = try manifest.step(named: "process").inputs
        let modality = ports.first { $0.port.name == "modality" }
        return InputHandlerKind(
            PluginReference.text(of: name), manifest.description,
            takes: InputModality.allCases.filter { modality?.problem(with: .string($0.rawValue)) == nil },
            options: ports.filter { !contract.contains($0.port.name) }.map { port in
                Option(port.port.name, .value { port.problem(with: $0) }, port.port.description)
            }
        ) { options in
            // What is wrong with it is told before the first event.
            try await host.verifyApart(name)
            return PluginInputHandler(name, host: host, options: options)
        }
    }
}
