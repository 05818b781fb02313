// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ModelAdapterConformance {
    /// A white pixel.
    private static let png: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00,
        0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0xF8, 0x0F, 0x00, 0x01, 0x01, 0x01, 0x00, 0xB1, 0x38, 0xF6,
        0x14, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
    /// A hundredth of a second of silence.
    private static let wav: [UInt8] = {
        let samples = [UInt8](repeating: 0, count: 320)
        return Array("RIFF".utf8) + [0x64, 0x01, 0, 0] + Array("WAVEfmt ".utf8)
            + [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0] + Array("data".utf8)
            + [0x40, 0x01, 0, 0] + samples
    }()

    /// An image is taken where it is said to be.
    func checkImage() async throws -> String? {
        try await self.checkMedia(.images, "image", .image(.data(Self.png, mediaType: "image/png")))
    }

    /// A recording is taken where it is said to be.
    func checkRecording() async throws -> String? {
        try await self.checkMedia(.audio, "recording", .audio(.data(Self.wav, mediaType: "audio/wav")))
    }

    private func checkMedia(
        _ capability: ModelCapabilities, _ what: String, _ part: ContentPart
    ) async throws -> String? {
        guard self.sendsMedia, self.model.capabilities.contains(capability) else { return nil }
        let message = Message(role: .user, content: [.text("What is this?"), part])
        let response = try await self.model.generate(self.request(.messages([message]))).response()
        return response.text.isEmpty && response.reasoning.isEmpty ? "nothing is said of the \(what)" : nil
    }
}
