// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MediaDecoding
import MultimodalInputs
import Testing

@Suite("Decoding pictures")
struct ImageDecoderTests {
    /// A picture that must be refused, and how.
    struct Hostile: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var code: MultimodalError.Code
        var testDescription: String { self.name }
    }

    private static func colour(_ image: RasterImage, _ x: Int, _ y: Int) -> [Bool] {
        (0..<3).map { image.pixels[3 * (y * image.width + x) + $0] > 128 }
    }

    @Test(
        "JPEG and PNG come out with their colours in place",
        arguments: ["quarters.jpg", "progressive.jpg", "quarters.png"])
    func colours(name: String) throws {
        let image = try ImageDecoder().decode(MediaSamples.bytes(name))
        #expect(image.width == 24 && image.height == 16)
        #expect(Self.colour(image, 2, 2) == [true, false, false] && Self.colour(image, 21, 2) == [false, true, false])
        #expect(Self.colour(image, 2, 13) == [false, false, true] && Self.colour(image, 21, 13) == [true, true, true])
    }

    @Test("A picture is turned as its camera was held", arguments: ImageOrientation.allCases)
    func orientation(orientation: ImageOrientation) throws {
        var bytes = try MediaSamples.bytes("turned.jpg")
        let tag = try #require(
            bytes.indices.dropLast(12).first { Array(bytes[$0..<$0 + 4]) == [0x01, 0x12, 0x00, 0x03] })
        bytes[tag + 9] = UInt8(orientation.rawValue)
        let image = try ImageDecoder().decode(bytes)
        #expect(ImageHeader(bytes)?.orientation == orientation)
        #expect((image.width, image.height) == (orientation.rawValue > 4 ? (120, 400) : (400, 120)))
    }

    @Test("Turning by each orientation puts the corner where Exif says")
    func corners() throws {
        let image = try RasterImage(width: 2, height: 1, pixels: [1, 1, 1, 2, 2, 2])
        func first(_ orientation: ImageOrientation) -> [UInt8] {
            stride(from: 0, to: 6, by: 3).map { image.upright(from: orientation).pixels[$0] }
        }
        #expect([.upright, .flipped, .transposed, .turnedLeft].allSatisfy { first($0) == [1, 2] })
        #expect([.mirrored, .upsideDown, .transversed, .turnedRight].allSatisfy { first($0) == [2, 1] })
    }

    @Test("What is transparent is put where dark words stay dark, and light ones light")
    func transparency() throws {
        let dark = try ImageDecoder().decode(
            MediaSamples.png(width: 2, height: 2, pixel: [0, 0, 0, 100], colour: 6))
        #expect(dark.pixels.allSatisfy { (150...160).contains($0) })
        let light = try ImageDecoder().decode(
            MediaSamples.png(width: 2, height: 2, pixel: [255, 255, 255, 100], colour: 6))
        #expect(light.pixels.allSatisfy { $0 == 100 })
    }

    static func hostile() throws -> [Hostile] {
        let (jpeg, png) = (try MediaSamples.bytes("quarters.jpg"), try MediaSamples.bytes("quarters.png"))
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        func sized(_ width: [UInt8], _ height: [UInt8]) -> [UInt8] {
            Array(jpeg[..<(frame + 5)]) + height + width + jpeg[(frame + 9)...]
        }
        var broken = png
        broken[png.count - 20] ^= 0xFF
        return [
            Hostile(name: "no bytes", bytes: [], code: .damaged),
            Hostile(name: "a text", bytes: Array("Hello".utf8), code: .unknownFormat),
            Hostile(name: "a GIF", bytes: Array("GIF89a".utf8), code: .unknownFormat),
            Hostile(name: "half a PNG signature", bytes: Array(png[..<5]), code: .unknownFormat),
            Hostile(name: "a PNG signature alone", bytes: Array(png[..<8]), code: .damaged),
            Hostile(name: "a PNG cut off", bytes: Array(png[..<(png.count - 25)]), code: .damaged),
            Hostile(name: "a PNG with a wrong checksum", bytes: broken, code: .damaged),
            Hostile(name: "a PNG of no width", bytes: MediaSamples.png(width: 0, height: 4), code: .damaged),
            Hostile(
                name: "a PNG of a depth that is none", bytes: MediaSamples.png(width: 4, height: 4, depth: 3),
                code: .damaged),
            Hostile(name: "a PNG without data", bytes: MediaSamples.png(width: 4, height: 4), code: .damaged),
            Hostile(
                name: "a PNG with too little data",
                bytes: MediaSamples.png(width: 4_000, height: 4_000, data: MediaSamples.stored([0, 1, 2])),
                code: .damaged),
            Hostile(name: "a PNG of 30,000 a side", bytes: MediaSamples.png(width: 30_000, height: 2), code: .tooLarge),
            Hostile(
                name: "a PNG of 10,000 by 10,000", bytes: MediaSamples.png(width: 10_000, height: 10_000),
                code: .tooLarge),
            Hostile(name: "a PNG of 2^31", bytes: MediaSamples.png(width: 1 << 31, height: 1 << 31), code: .damaged),
            Hostile(name: "the beginning of a JPEG", bytes: [0xFF, 0xD8, 0xFF], code: .damaged),
            Hostile(name: "a JPEG cut off", bytes: Array(jpeg[..<(jpeg.count - 40)]), code: .damaged),
            Hostile(name: "a JPEG's header alone", bytes: Array(jpeg[..<frame]), code: .damaged),
            Hostile(name: "a JPEG of 65,500 by 65,500", bytes: sized([0xFF, 0xDC], [0xFF, 0xDC]), code: .tooLarge),
            Hostile(name: "a JPEG of 16,000 by 16,000", bytes: sized([0x3E, 0x80], [0x3E, 0x80]), code: .tooLarge),
            Hostile(
                name: "a JPEG of 4,000 by 4,000 with data of less", bytes: sized([0x0F, 0xA0], [0x0F, 0xA0]),
                code: .damaged),
            Hostile(name: "a JPEG of no height", bytes: sized([0, 24], [0, 0]), code: .damaged),
        ]
    }

    @Test("Hostile pictures are refused with what is wrong", arguments: try hostile())
    func refused(picture: Hostile) {
        let error = #expect(throws: MultimodalError.self) { try ImageDecoder().decode(picture.bytes) }
        #expect(error?.code == picture.code, "\(error?.message ?? "")")
        #expect(error?.message.isEmpty == false)
    }

    @Test(
        "A beginning of a picture is refused or is the whole picture; a changed one is refused or has all of its pixels",
        arguments: ["quarters.jpg", "quarters.png", "turned.jpg"])
    func beginnings(name: String) throws {
        let bytes = try MediaSamples.bytes(name)
        let whole = try ImageDecoder().decode(bytes)
        for count in stride(from: 0, to: bytes.count - 1, by: 7) {
            // The mark behind a PNG's last pixel may be missing.
            do {
                #expect(try ImageDecoder().decode(Array(bytes[..<count])).pixels == whole.pixels, "\(count) bytes")
            } catch is MultimodalError {}
            var changed = bytes
            changed[count] ^= 0x55
            do {
                let image = try ImageDecoder().decode(changed)
                #expect(image.pixels.count == 3 * image.width * image.height, "byte \(count)")
            } catch is MultimodalError {}
        }
    }

    @Test("More bytes than are allowed are refused before they are looked at")
    func bytes() throws {
        var limits = MediaLimits()
        limits.bytes = 10
        let error = #expect(throws: MultimodalError.self) {
            try ImageDecoder(limits: limits).decode(MediaSamples.bytes("quarters.png"))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("Pictures are made smaller and larger without moving")
    func scaling() throws {
        let image = try ImageDecoder().decode(MediaSamples.bytes("quarters.png"))
        for (width, height) in [(12, 8), (48, 32), (240, 16), (3, 160)] {
            let scaled = image.scaled(width: width, height: height)
            #expect(scaled.width == width && scaled.height == height)
            #expect(Self.colour(scaled, 0, 0) == [true, false, false])
            #expect(Self.colour(scaled, width - 1, 0) == [false, true, false])
            #expect(Self.colour(scaled, 0, height - 1) == [false, false, true])
        }
        #expect(image.scaled(width: 24, height: 16) == image)
        #expect(throws: MultimodalError.self) { try RasterImage(width: 2, height: 2, pixels: [0]) }
    }
}
