// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteTransport
import Testing

@Suite("Lines")
struct LineDecoderTests {
    @Test(
        "Lines end with LF, CR or CRLF, wherever pieces end; the last needs no end",
        arguments: [
            ("a\nb\r\nc\rd", ["a", "b", "c", "d"]), ("{\"a\":1}\n\n{\"b\":2}\n", ["{\"a\":1}", "", "{\"b\":2}"]),
            ("", []),
            ("\r\n\r\n", ["", ""]), ("\n\r", ["", ""]), ("ä\nö", ["ä", "ö"]),
        ] as [(String, [String])])
    func cuts(text: String, expected: [String]) throws {
        let bytes = Array(text.utf8)
        for end in 0...bytes.count {
            var decoder = LineDecoder()
            var lines: [String] = []
            for piece in [bytes[..<end], bytes[end...]] {
                try Array(piece).withUnsafeBytes {
                    try decoder.feed($0) { lines.append(String(decoding: $0, as: UTF8.self)) }
                }
            }
            try decoder.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
            #expect(lines == expected, "a piece ends at \(end)")
        }
    }

    @Test("A line that is too long is refused, in one piece or many", arguments: [1, 7, 100])
    func limit(pieceLength: Int) {
        let error = #expect(throws: TransportError.self) {
            var decoder = LineDecoder(maximumLength: 50)
            let piece = [UInt8](repeating: 0x61, count: pieceLength)
            for _ in 0..<100 { try piece.withUnsafeBytes { try decoder.feed($0) { _ in } } }
        }
        #expect(error?.code == .tooLarge)
    }
}
