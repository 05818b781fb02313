// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import OrderedCollections

/// Reads the front of a safetensors file and checks it as strictly as the reference implementation does.
///
/// The file is an 8-byte little-endian length, that many bytes of JSON, and the tensors' bytes without a gap.
struct SafetensorsHeader {
    /// The longest header that is read, in bytes, as in the reference implementation.
    static let maximumLength = 100_000_000

    /// The tensors that can be read, in the order of their bytes.
    private(set) var tensors: [TensorDescription] = []

    /// The names of tensors of a kind that cannot be read, with that kind.
    private(set) var unreadable: [String: String] = [:]

    /// The free text under `__metadata__`.
    private(set) var metadata: [String: String] = [:]

    /// The file's path, for messages.
    private let source: String

    /// Reads a file's header.
    ///
    /// - Throws: ``ModelFileError`` when the bytes are no safetensors file or contradict themselves.
    init(_ bytes: UnsafeRawBufferPointer, source: String) throws {
        self.source = source
        let json = try self.json(of: bytes)
        guard let entries = json.objectValue else { throw self.failure(.malformed, "the header is no JSON object") }
        let start = 8 + Int(Self.length(bytes))
        var spans = [Span]()
        for (name, entry) in entries {
            if name == "__metadata__" {
                self.metadata = try self.strings(entry)
            } else {
                spans.append(try self.span(name, entry, limit: bytes.count - start))
            }
        }
        spans.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
        try self.checkContiguous(spans, dataSize: bytes.count - start)
        for span in spans {
            if let type = span.kind.type {
                self.tensors.append(
                    TensorDescription(
                        name: span.name, dimensions: span.shape.reversed(), type: type, offset: start + span.begin,
                        byteCount: span.end - span.begin))
            } else {
                self.unreadable[span.name] = span.kind.name
            }
        }
    }

    /// One entry of the header.
    private struct Span {
        var name: String
        var kind: SafetensorsKind
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    /// The header's length as the file announces it.
    private static func length(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    }

    /// The header's JSON.
    private func json(of bytes: UnsafeRawBufferPointer) throws -> JSONValue {
        guard bytes.count >= 8 else {
            throw self.failure(.truncated, "the file ends after \(bytes.count) bytes; fetch it again")
        }
        let length = Self.length(bytes)
        guard length <= UInt64(Self.maximumLength) else {
            throw self.notSafetensors(
                bytes, "the header claims \(length) bytes; at most \(Self.maximumLength) are possible")
        }
        guard length <= UInt64(bytes.count - 8) else {
            throw self.failure(
                .truncated, "the header claims \(length) bytes, but only \(bytes.count - 8) are left; fetch it again")
        }
        guard length >= 2, bytes[8] == UInt8(ascii: "{") else {
            throw self.notSafetensors(bytes, "the header is no JSON object")
        }
        do {
            // A header needs three levels; what is nested more deeply is not one.
            return try JSONValue(parsing: bytes[8..<8 + Int(length)], maximumDepth: 8)
        } catch {
            throw ModelFileError(.malformed, "\(self.source): the header is no valid JSON.", cause: error)
        }
    }

    /// The error for a file that does not begin as safetensors files do, with a guess at what it is.
    private func notSafetensors(_ bytes: UnsafeRawBufferPointer, _ why: String) -> ModelFileError {
        let guess =
            FileGuess.name(Array(bytes.prefix(512)), wanted: "safetensors").map { "; it looks like \($0)" } ?? ""
        return self.failure(.notAModel, "this is not a safetensors file (\(why))\(guess)")
    }

    /// The strings of `__metadata__`.
    private func strings(_ entry: JSONValue) throws -> [String: String] {
        var result = [String: String]()
        for (key, value) in entry.objectValue ?? [:] {
            guard let text = value.stringValue else {
                throw self.failure(.malformed, "'__metadata__' must hold only strings, but '\(key)' is none")
            }
            result[key] = text
        }
        guard entry.objectValue != nil else { throw self.failure(.malformed, "'__metadata__' must be an object") }
        return result
    }

    /// Reads one entry and checks its size against its shape.
    private func span(_ name: String, _ entry: JSONValue, limit: Int) throws -> Span {
        guard let kindName = entry["dtype"]?.stringValue, let kind = SafetensorsKind(kindName) else {
            let written = entry["dtype"].map(\.description) ?? "none"
            throw self.failure(.malformed, "tensor '\(name)' has the unknown dtype \(written)")
        }
        guard let shape = self.numbers(entry["shape"]), let offsets = self.numbers(entry["data_offsets"]),
            offsets.count == 2, offsets[0] <= offsets[1]
        else {
            throw self.failure(
                .malformed, "tensor '\(name)' needs a 'shape' and two ascending 'data_offsets' of whole numbers")
        }
        guard offsets[1] <= limit else {
            throw self.failure(
                .truncated,
                "tensor '\(name)' ends at byte \(offsets[1]) of the data, which has \(limit); fetch it again")
        }
        let bits = shape.reduce((partialValue: kind.bits, overflow: false)) {
            $0.overflow ? $0 : $0.partialValue.multipliedReportingOverflow(by: $1)
        }
        guard !bits.overflow else {
            throw self.failure(.tooLarge, "tensor '\(name)' with shape \(shape) is larger than any machine")
        }
        guard bits.partialValue % 8 == 0, bits.partialValue / 8 == offsets[1] - offsets[0] else {
            throw self.failure(
                .malformed,
                "tensor '\(name)' with shape \(shape) of \(kind.name) does not take \(offsets[1] - offsets[0]) bytes")
        }
        return Span(name: name, kind: kind, shape: shape, begin: offsets[0], end: offsets[1])
    }

    /// The whole numbers of an array, or nil when it is something else.
    private func numbers(_ value: JSONValue?) -> [Int]? {
        guard let elements = value?.arrayValue else { return nil }
        let numbers = elements.compactMap { if case .integer(let number) = $0, number >= 0 { number } else { nil } }
        return numbers.count == elements.count ? numbers : nil
    }

    /// Checks that the tensors' bytes follow each other without gap or overlap, up to the end of the file.
    private func checkContiguous(_ spans: [Span], dataSize: Int) throws {
        var end = 0
        for span in spans {
            guard span.begin == end else {
                throw self.failure(
                    .malformed, "tensor '\(span.name)' begins at byte \(span.begin) of the data instead of \(end)")
            }
            end = span.end
        }
        guard end == dataSize else {
            throw self.failure(.malformed, "the tensors take \(end) bytes, but \(dataSize) bytes follow the header")
        }
    }

    /// An error about this file.
    private func failure(_ code: ModelFileError.Code, _ message: String) -> ModelFileError {
        ModelFileError(code, "\(self.source): \(message).")
    }
}
