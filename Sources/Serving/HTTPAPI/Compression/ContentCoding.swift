// SPDX-License-Identifier: Apache-2.0

/// A form in which bodies are sent in fewer bytes.
package enum ContentCoding: String, Sendable, CaseIterable {
    /// gzip.
    case gzip
    /// zlib, which HTTP calls so.
    case deflate

    /// Reads the value of `Content-Encoding`.
    package init?(named name: some StringProtocol) {
        let name = name.lowercased()
        self.init(rawValue: name == "x-gzip" ? "gzip" : name)
    }

    /// The one that a client would rather have; nil where it names none.
    ///
    /// - Parameter accepted: The value of `Accept-Encoding`; of two with the same weight, the first counts.
    package static func preferred(in accepted: String) -> ContentCoding? {
        var best: (coding: ContentCoding, weight: Double)?
        for part in accepted.split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = pieces.first, let coding = ContentCoding(named: name) else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > best?.weight ?? 0 { best = (coding, weight) }
        }
        return best?.coding
    }
}
