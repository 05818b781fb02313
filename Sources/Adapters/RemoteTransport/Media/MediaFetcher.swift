// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import NIOCore
internal import NIOHTTP1

/// Fetches images and recordings from URLs that somebody else chose, without being led into the local network.
///
/// Servers must be on the internet, as ``PublicTransport`` has it; redirects are followed by the same rules.
public struct MediaFetcher: Sendable {
    private let policy: MediaPolicy
    private let transport: PublicTransport

    /// Makes a fetcher.
    ///
    /// - Parameters:
    ///   - policy: Where media may come from, and how much.
    ///   - resolver: Finds the addresses of hosts.
    public init(_ policy: MediaPolicy = MediaPolicy(), resolver: any NameResolver = SystemResolver()) {
        self.policy = policy
        var settings = TransportSettings()
        settings.maximumResponseBytes = policy.maximumBytes
        self.transport = PublicTransport(settings, localHosts: policy.localHosts, resolver: resolver)
    }

    /// Fetches media.
    ///
    /// - Parameter url: An `https` or `http` URL.
    /// - Returns: The bytes, with the media type that they show themselves.
    /// - Throws: ``TransportError`` with code `.refusedAddress` for a URL that is not allowed, `.tooLarge`, `.timedOut`,
    ///   `.unsupportedMedia` for what is neither an image nor a recording, or another; none repeats what was received.
    public func fetch(_ url: String) async throws -> MediaSource {
        let start = ContinuousClock.now
        var next = try WebURL(url)
        for _ in 0...self.policy.maximumRedirects {
            let remaining = self.policy.timeLimit - start.duration(to: .now)
            let response = try await self.exchange(next, timeLimit: remaining)
            if 300..<400 ~= response.status, let location = response.headers.first(name: "location") {
                let target = try next.following(location)
                guard next.scheme == "http" || target.scheme == "https" else {
                    throw TransportError(.refusedAddress, "The media is redirected from https to http.")
                }
                next = target
                continue
            }
            return try await self.media(response)
        }
        throw TransportError(
            .refusedAddress, "The media is redirected more than \(self.policy.maximumRedirects) times.")
    }

    // MARK: - One exchange

    private func exchange(_ url: WebURL, timeLimit: Duration) async throws -> TransportResponse {
        guard timeLimit > .zero else { throw TransportError(.timedOut, "The media did not come in time.") }
        guard url.scheme == "https" || self.policy.allowsPlainHTTP else {
            throw TransportError(.refusedAddress, "The URL of the media must be https.")
        }
        if let hosts = self.policy.hosts, !hosts.contains(url.host) {
            throw TransportError(.refusedAddress, "Media may not be fetched from '\(url.host)'.")
        }
        return try await self.transport.send(
            TransportRequest(
                url: url.text, headers: ["accept": "image/*, audio/*", "accept-encoding": "identity"],
                timeLimit: timeLimit))
    }

    private func media(_ response: TransportResponse) async throws -> MediaSource {
        guard response.isSuccess else {
            throw TransportError(.badStatus, "The media's server answered with status \(response.status).")
        }
        // Compressed transfers are not asked for; one that comes all the same could unfold without end.
        guard response.headers.first(name: "content-encoding").map({ $0.lowercased() == "identity" }) ?? true else {
            throw TransportError(.unsupportedMedia, "The media is compressed on the way, which was not asked for.")
        }
        let bytes = Array(buffer: try await response.collect())
        guard let type = MediaType.of(bytes) else {
            throw TransportError(
                .unsupportedMedia,
                "What was fetched is no image (PNG, JPEG, GIF, WebP) and no recording (WAV, FLAC, Ogg, MP3).")
        }
        return .data(bytes, mediaType: type)
    }
}
