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
    init(base64 text: String, mediaType: String, path: String) throws {
        guard let data = Data(base64Encoded: text), !data.isEmpty else {
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
        guard let held = DataURL(url) else {
            throw APIError.invalid(path, "'\(path)' must be an http, https, or Base64 data URL.", code: "invalid_url")
        }
        try self.init(base64: held.base64, mediaType: held.mediaType, path: path)
    }
}
