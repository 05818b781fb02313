// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension MediaSource {
    /// Bytes in Base64.
    ///
    /// - Throws: ``APIError`` if the text is no Base64.
    init(base64 text: Substring, mediaType: String, path: String) throws {
        guard let data = Data(base64Encoded: String(text)), !data.isEmpty else {
            throw APIError.invalid(path, "'\(path)' holds no valid Base64.", code: "invalid_base64")
        }
        self = .data(Array(data), mediaType: mediaType)
    }

    /// What a URL names: the bytes that it holds itself (`data:image/png;base64,…`), or a place on the web.
    ///
    /// - Throws: ``APIError`` for any other kind of URL.
    init(url: String, path: String) throws {
        if url.hasPrefix("https://") || url.hasPrefix("http://") {
            self = .url(url)
            return
        }
        let parts = url.split(separator: ",", maxSplits: 1)
        guard url.hasPrefix("data:"), parts.count == 2, parts[0].hasSuffix(";base64") else {
            throw APIError.invalid(path, "'\(path)' must be an http, https, or Base64 data URL.", code: "invalid_url")
        }
        let mediaType = String(parts[0].dropFirst("data:".count).dropLast(";base64".count))
        try self.init(base64: parts[1], mediaType: mediaType, path: path)
    }
}
