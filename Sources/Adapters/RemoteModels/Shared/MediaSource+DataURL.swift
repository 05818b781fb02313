// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

extension MediaSource {
    /// The URL, or the bytes as a `data:` URL.
    var url: String {
        switch self {
        case .url(let url): url
        case .data(let bytes, let mediaType): "data:\(mediaType);base64,\(Data(bytes).base64EncodedString())"
        }
    }

    /// The bytes in base 64 and their media type; nil for a URL that holds none.
    var base64: (data: String, mediaType: String)? {
        switch self {
        case .data(let bytes, let mediaType): return (Data(bytes).base64EncodedString(), mediaType)
        case .url(let url):
            guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
                return nil
            }
            let mediaType = url[..<comma].dropFirst("data:".count).dropLast(";base64".count)
            return (String(url[url.index(after: comma)...]), String(mediaType))
        }
    }
}
