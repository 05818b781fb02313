// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
package import LLMCore
package import RemoteTransport

/// Fetches the media that a conversation names by URL, so that the backend gets bytes and asks nobody.
package struct MediaInlining: ModelMiddleware {
    private let fetcher: MediaFetcher

    /// Fetches with this fetcher, which says from where.
    package init(_ fetcher: MediaFetcher) { self.fetcher = fetcher }

    /// Asks the next with bytes in the place of URLs.
    package func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        guard case .messages(var messages) = request.prompt else { return try await next.generate(request) }
        for index in messages.indices {
            for part in messages[index].content.indices {
                messages[index].content[part] = try await self.inlined(messages[index].content[part])
            }
        }
        var inlined = request
        inlined.prompt = .messages(messages)
        return try await next.generate(inlined)
    }

    private func inlined(_ part: ContentPart) async throws -> ContentPart {
        switch part {
        case .image(.url(let url)) where !url.hasPrefix("data:"): .image(try await self.media(at: url))
        case .audio(.url(let url)) where !url.hasPrefix("data:"): .audio(try await self.media(at: url))
        default: part
        }
    }

    /// Media that cannot be had are the request's fault: whoever asked chose where they are, and they are nowhere else for
    /// another model.
    private func media(at url: String) async throws -> MediaSource {
        do {
            return try await self.fetcher.fetch(url)
        } catch let error as TransportError {
            throw LLMError(.invalidRequest, "The media of a message cannot be fetched. \(error.message)", cause: error)
        }
    }
}
