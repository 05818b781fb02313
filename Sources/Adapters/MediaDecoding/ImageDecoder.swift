// SPDX-License-Identifier: Apache-2.0

internal import CMediaLibraries
internal import LLMCore
public import MultimodalInputs

/// Decodes JPEG and PNG by the system's libraries, within limits that are checked before memory is taken.
public struct ImageDecoder: Sendable {
    /// How large pictures may be.
    public var limits: MediaLimits

    /// Makes a decoder.
    public init(limits: MediaLimits = MediaLimits()) { self.limits = limits }

    /// Decodes a picture, upright as its header says; what is transparent is put on white, or on black where it is light.
    ///
    /// - Throws: ``MultimodalError`` with code `.unknownFormat`, `.tooLarge` or `.damaged` for the picture,
    ///   `.notInstalled` where the library is missing.
    public func decode(_ bytes: [UInt8]) throws -> RasterImage {
        guard !bytes.isEmpty else { throw MultimodalError(.damaged, "The picture is empty: it has no bytes.") }
        guard bytes.count <= self.limits.bytes else {
            throw MultimodalError(
                .tooLarge, "The picture has \(bytes.count) bytes; at most \(self.limits.bytes) are taken.")
        }
        guard let header = ImageHeader(bytes) else {
            throw MultimodalError(.unknownFormat, "The bytes are neither a JPEG nor a PNG picture.")
        }
        let image = try header.format == .jpeg ? self.jpeg(bytes) : self.png(bytes)
        return image.upright(from: header.orientation)
    }

    private func jpeg(_ bytes: [UInt8]) throws -> RasterImage {
        let library = try MediaLibrary.jpeg.get().pointer
        var (size, reason) = (cml_size(), cml_reason())
        guard cml_jpeg_size(library, bytes, bytes.count, &size, &reason) == 0 else { throw self.damaged(reason) }
        try self.check(size)
        return try self.pixels(size) {
            cml_jpeg_decode(library, bytes, bytes.count, size, $0, &reason) == 0 ? nil : reason
        }
    }

    private func png(_ bytes: [UInt8]) throws -> RasterImage {
        let library = try MediaLibrary.png.get().pointer
        var (size, reason) = (cml_size(), cml_reason())
        guard cml_png_size(library, bytes, bytes.count, &size, &reason) == 0 else { throw self.damaged(reason) }
        try self.check(size)
        return try self.pixels(size) {
            cml_png_decode(library, bytes, bytes.count, size, $0, &reason) == 0 ? nil : reason
        }
    }

    private func check(_ size: cml_size) throws {
        let (width, height) = (Int(size.width), Int(size.height))
        guard width > 0, height > 0 else {
            throw MultimodalError(.damaged, "The picture says that it has \(width)×\(height) pixels.")
        }
        guard max(width, height) <= self.limits.side, width * height <= self.limits.pixels else {
            throw MultimodalError(
                .tooLarge,
                "The picture has \(width)×\(height) pixels; at most \(self.limits.side) a side and \(self.limits.pixels) in all are taken."
            )
        }
    }

    private func pixels(_ size: cml_size, _ decode: (UnsafeMutablePointer<UInt8>) -> cml_reason?) throws -> RasterImage
    {
        let (width, height) = (Int(size.width), Int(size.height))
        let count = width * height * (size.has_alpha == 0 ? 3 : 4)
        var failure: cml_reason?
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            initialized = count
            if let base = buffer.baseAddress { failure = decode(base) }
        }
        if let failure { throw self.damaged(failure) }
        return try RasterImage(
            width: width, height: height, pixels: size.has_alpha == 0 ? pixels : Self.opaque(pixels))
    }

    /// Puts what is transparent on white where what is opaque is dark, else on black: words must not vanish.
    private static func opaque(_ pixels: [UInt8]) -> [UInt8] {
        var (light, weight) = (0, 0)
        for place in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Int(pixels[place + 3])
            light += alpha * (Int(pixels[place]) + Int(pixels[place + 1]) + Int(pixels[place + 2]))
            weight += 3 * alpha
        }
        let ground = light > 128 * weight && weight < 3 * 255 * (pixels.count / 4) ? 0 : 255
        return [UInt8](unsafeUninitializedCapacity: pixels.count / 4 * 3) { target, count in
            count = pixels.count / 4 * 3
            var next = 0
            for place in stride(from: 0, to: pixels.count, by: 4) {
                let alpha = Int(pixels[place + 3])
                for channel in 0..<3 {
                    let value = (Int(pixels[place + channel]) * alpha + ground * (255 - alpha) + 127) / 255
                    target.initializeElement(at: next, to: UInt8(value))
                    next += 1
                }
            }
        }
    }

    private func damaged(_ reason: cml_reason) -> MultimodalError {
        MultimodalError(.damaged, "The picture is damaged: \(reason.message). Make or send it again.")
    }
}
