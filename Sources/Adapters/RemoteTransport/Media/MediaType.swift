// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of media say that it is; what a server says is not believed.
enum MediaType {
    private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
        (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), (0, [0xFF, 0xD8, 0xFF], "image/jpeg"),
        (0, Array("GIF87a".utf8), "image/gif"), (0, Array("GIF89a".utf8), "image/gif"),
        (8, Array("WEBP".utf8), "image/webp"), (8, Array("WAVE".utf8), "audio/wav"),
        (0, Array("fLaC".utf8), "audio/flac"), (0, Array("OggS".utf8), "audio/ogg"),
        (0, Array("ID3".utf8), "audio/mpeg"), (0, [0xFF, 0xFB], "audio/mpeg"), (0, [0xFF, 0xF3], "audio/mpeg"),
    ]

    /// The media type, or nil where the bytes are neither an image nor a recording that models read.
    static func of(_ bytes: [UInt8]) -> String? {
        Self.signatures.first { signature in
            bytes.dropFirst(signature.offset).starts(with: signature.bytes)
                && (signature.offset == 0 || bytes.starts(with: Array("RIFF".utf8)))
        }?.type
    }
}
