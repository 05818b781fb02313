// SPDX-License-Identifier: Apache-2.0

/// A URL that holds bytes itself, in Base64: `data:image/png;base64,…`.
package struct DataURL: Sendable, Hashable {
    /// What the bytes are, such as `image/png`.
    package var mediaType: String
    /// The bytes in Base64, as they were written; nobody has looked whether they are any.
    package var base64: String

    /// Names bytes.
    package init(mediaType: String, base64: String) {
        self.mediaType = mediaType
        self.base64 = base64
    }

    /// Takes a URL apart; nil for one of another kind.
    package init?(_ url: String) {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
            return nil
        }
        self.mediaType = String(url[..<comma].dropFirst("data:".count).dropLast(";base64".count))
        self.base64 = String(url[url.index(after: comma)...])
    }

    /// The URL.
    package var text: String { "data:\(self.mediaType);base64,\(self.base64)" }
}
