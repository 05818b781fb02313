// SPDX-License-Identifier: Apache-2.0

/// Who runs a model, as traces and metrics tell it.
public struct ModelIdentity: Sendable, Hashable {
    /// Who offers it, as OpenTelemetry names it, such as `openai`; others by their own name.
    public var provider: String
    /// The model's name, as it is asked for.
    public var model: String
    /// The server's host; nil for a model in this process.
    public var server: String?
    /// The server's port.
    public var port: Int?

    /// Describes a model.
    ///
    /// - Parameters:
    ///   - provider: Who offers it.
    ///   - model: Its name.
    ///   - url: Where it answers; nil for a model in this process.
    public init(provider: String, model: String, url: String? = nil) {
        self.provider = provider
        self.model = model
        guard let url, let scheme = url.firstRange(of: "://") else { return }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let place = authority.split(separator: "@").last ?? authority
        // The last colon separates the port, unless it is one of an address in brackets.
        let end = place.lastIndex(of: "]") ?? place.startIndex
        let colon = place[end...].lastIndex(of: ":")
        self.server = String(colon.map { place[..<$0] } ?? place)
        let usual = ["https", "grpcs"].contains(url[..<scheme.lowerBound]) ? 443 : 80
        self.port = colon.flatMap { Int(place[place.index(after: $0)...]) } ?? usual
    }

    /// Whether it runs in this process.
    var isLocal: Bool { self.server == nil }
}
