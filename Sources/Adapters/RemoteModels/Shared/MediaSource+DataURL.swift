// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

extension MediaSource {
    /// The URL, or the bytes as a `data:` URL.
    var url: String {
        switch self {
        case .url(let url): url
        case .data(let bytes, let mediaType): DataURL(mediaType: mediaType, base64: Self.base64(bytes)).text
        }
    }

    /// The bytes in base 64 and their media type; nil for a URL that holds none.
    var base64: DataURL? {
        switch self {
        case .data(let bytes, let mediaType): DataURL(mediaType: mediaType, base64: Self.base64(bytes))
        case .url(let url): DataURL(url)
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
