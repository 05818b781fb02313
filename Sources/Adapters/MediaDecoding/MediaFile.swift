// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
public import MultimodalInputs

/// A file as an input event: what it is by its first bytes, when it was written.
public struct MediaFile: Sendable {
    /// Where it is.
    public let path: String
    /// Where it comes from.
    public let source: String
    /// Its name there.
    public let name: String
    /// How large it may be.
    public var limits = MediaLimits()

    /// Names a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - source: Where it comes from.
    public init(_ path: String, source: String = "file") {
        self.path = path
        self.source = source
        self.name = URL(fileURLWithPath: path).lastPathComponent
    }

    /// Files in the order in which they were written; those of which that cannot be told come first.
    ///
    /// - Parameter paths: Where they are.
    public static func inOrder(_ paths: [String]) -> [MediaFile] {
        let files = paths.map { path in
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let attributes = try? FileManager.default.attributesOfItem(atPath: target)
            return (file: MediaFile(path), time: attributes?[.modificationDate] as? Date ?? .distantPast)
        }
        return files.sorted { $0.time < $1.time }.map(\.file)
    }

    /// Reads it.
    ///
    /// - Throws: ``MultimodalError`` with code `.unknownFormat` where it is neither a picture, a recording nor a text,
    ///   `.tooLarge`, `.damaged` where it cannot be read.
    public func event() throws -> InputEvent {
        let url = URL(fileURLWithPath: self.path).resolvingSymlinksInPath()
        let (bytes, time): ([UInt8], Date)
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw MultimodalError(.unknownFormat, "'\(self.path)' is no file.")
            }
            let size = (attributes[.size] as? Int) ?? 0
            guard size <= self.limits.bytes else {
                throw MultimodalError(
                    .tooLarge, "'\(self.path)' has \(size) bytes; at most \(self.limits.bytes) are taken.")
            }
            time = attributes[.modificationDate] as? Date ?? Date()
            bytes = try Array(Data(contentsOf: url).prefix(self.limits.bytes + 1))
        } catch let error as MultimodalError {
            throw error
        } catch {
            throw MultimodalError(.damaged, "'\(self.path)' cannot be read.", cause: error)
        }
        let timestamp = Int64((time.timeIntervalSince1970 * 1e9).rounded())
        do {
            var event = try InputEvent(encoded: bytes, timestamp: timestamp, source: self.source)
            event.name = self.name
            return event
        } catch let error as MultimodalError {
            throw MultimodalError(error.code, "'\(self.path)': \(error.message)", cause: error)
        }
    }
}

extension InputEvent {
    /// An event of bytes, which tell themselves what they are.
    ///
    /// - Parameters:
    ///   - bytes: A JPEG, PNG, WAV or FLAC, or a text in UTF-8.
    ///   - timestamp: When it happened, in nanoseconds since 1970.
    ///   - source: Where it comes from.
    /// - Throws: ``MultimodalError`` with code `.unknownFormat` for anything else, `.damaged` for no bytes, `.invalidEvent`
    ///   for a source whose name cannot stand in a prompt.
    public init(encoded bytes: [UInt8], timestamp: Int64, source: String) throws {
        try Self.check(source: source)
        if let header = ImageHeader(bytes) {
            self.init(.image, .encoded(bytes, mediaType: header.format.rawValue), timestamp: timestamp, source: source)
        } else if let header = AudioHeader(bytes) {
            self.init(.audio, .encoded(bytes, mediaType: header.mediaType), timestamp: timestamp, source: source)
        } else if bytes.isEmpty {
            throw MultimodalError(.damaged, "What came from '\(source)' is empty: it has no bytes.")
        } else if let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value == 0 })
        {
            self.init(.text, .text(text), timestamp: timestamp, source: source)
        } else {
            throw MultimodalError(
                .unknownFormat,
                "What came from '\(source)' is neither a JPEG, PNG, WAV or FLAC nor a text in UTF-8.")
        }
    }
}
