// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import ModelFiles

/// Which hub is asked, and as whom; what Hugging Face's own tools read from the environment is read here as well.
package struct HubSettings: Sendable {
    /// The hub, such as `https://huggingface.co`.
    let endpoint: HubURL
    /// Who asks; it goes to the hub alone, never to a server that the hub names, and into no message.
    let token: String?
    /// Whether the network may not be used.
    let isOffline: Bool
    /// How long to wait before each further try.
    package var waits: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8)]

    /// Reads `HF_ENDPOINT`, `HF_TOKEN` (or the file at `HF_TOKEN_PATH`, `$HF_HOME/token` or
    /// `~/.cache/huggingface/token`) and `HF_HUB_OFFLINE`.
    ///
    /// - Throws: ``HubError`` with code `.invalidName` when the hub's address is none.
    package init(environment: [String: String]) throws {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        var address = value("HF_ENDPOINT") ?? "https://huggingface.co"
        while address.hasSuffix("/") { address.removeLast() }
        guard let endpoint = HubURL(address), !endpoint.path.contains("?") else {
            throw HubError(
                .invalidName, "HF_ENDPOINT is '\(address)'; it must be an address such as https://huggingface.co.")
        }
        self.endpoint = endpoint
        self.isOffline = ["1", "ON", "YES", "TRUE"].contains(value("HF_HUB_OFFLINE")?.uppercased() ?? "")
        let cache = (value("XDG_CACHE_HOME") ?? (value("HOME") ?? ".") + "/.cache") + "/huggingface"
        let file = value("HF_TOKEN_PATH") ?? (value("HF_HOME") ?? cache) + "/token"
        let token = value("HF_TOKEN") ?? Self.firstLine(of: file)
        // A line break would let a token become a header of its own.
        self.token = token.flatMap { $0.utf8.allSatisfy { (0x21..<0x7F).contains($0) } && !$0.isEmpty ? $0 : nil }
    }

    private static func firstLine(of path: String) -> String? {
        guard let storage = try? ByteStorage(mapping: path), storage.bytes.count < 4096 else { return nil }
        return withExtendedLifetime(storage) {
            String(decoding: storage.bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        }
    }
}
