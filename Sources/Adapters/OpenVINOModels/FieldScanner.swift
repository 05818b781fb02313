// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// Walks over the fields of Protocol Buffers in a file, without holding more of it than a window.
struct FieldScanner {
    /// A field of a message.
    struct Field {
        var number: Int
        var value: Value
    }

    /// What a field holds.
    enum Value {
        case number(UInt64)
        /// A text, bytes or a message; where in the file.
        case bytes(Range<Int>)
        /// A number of fixed size.
        case fixed
    }

    private static let windowSize = 1 << 16
    private let handle: FileHandle
    private let path: String
    /// How many bytes the file has.
    let size: Int
    private var window: [UInt8] = []
    private var windowStart = 0

    /// Opens a file.
    ///
    /// - Throws: ``OpenVINOError`` with code `.invalidFile` where it cannot be read.
    init(path: String) throws {
        do {
            self.handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            self.size = Int(try self.handle.seekToEnd())
        } catch {
            throw OpenVINOError(.invalidFile, "The model '\(path)' cannot be read.", cause: error)
        }
        self.path = path
    }

    /// Reads the fields of a message one after the other.
    ///
    /// - Throws: ``OpenVINOError`` with code `.invalidFile` where the bytes are no message; what `body` throws.
    mutating func fields(in range: Range<Int>, _ body: (inout Self, Field) throws -> Void) throws {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let key = try self.number(at: &offset, in: range)
            guard let field = Int(exactly: key >> 3), field > 0 else { throw self.damaged(offset) }
            let value: Value
            switch key & 7 {
            case 0: value = .number(try self.number(at: &offset, in: range))
            case 1: value = try self.skip(8, from: &offset, in: range, .fixed)
            case 5: value = try self.skip(4, from: &offset, in: range, .fixed)
            case 2:
                let length = try self.number(at: &offset, in: range)
                guard length <= UInt64(range.upperBound - offset) else { throw self.damaged(offset) }
                value = try self.skip(Int(length), from: &offset, in: range, .bytes(offset..<offset + Int(length)))
            default: throw self.damaged(offset)
            }
            try body(&self, Field(number: field, value: value))
        }
    }

    /// A text of at most 64 KiB, or as many bytes as given.
    ///
    /// - Throws: ``OpenVINOError`` with code `.invalidFile` where it is longer, or no text.
    mutating func text(in range: Range<Int>, limit: Int = windowSize) throws -> String {
        guard range.count <= limit else { throw self.damaged(range.lowerBound) }
        let bytes = try self.bytes(in: range)
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw self.damaged(range.lowerBound)
        }
        return text
    }

    /// The bytes of a field.
    ///
    /// - Throws: ``OpenVINOError`` with code `.invalidFile` where they cannot be read.
    mutating func bytes(in range: Range<Int>) throws -> [UInt8] { try range.map { try self.byte(at: $0) } }

    /// The error of a file that is no model.
    func damaged(_ offset: Int) -> OpenVINOError {
        OpenVINOError(.invalidFile, "The file '\(self.path)' is no ONNX model, or is damaged (at byte \(offset)).")
    }

    private func skip(_ count: Int, from offset: inout Int, in range: Range<Int>, _ value: Value) throws -> Value {
        guard count <= range.upperBound - offset else { throw self.damaged(offset) }
        offset += count
        return value
    }

    private mutating func number(at offset: inout Int, in range: Range<Int>) throws -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard offset < range.upperBound else { throw self.damaged(offset) }
            let byte = try self.byte(at: offset)
            offset += 1
            guard shift < 63 || byte <= 1 else { throw self.damaged(offset) }
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return number }
        }
        throw self.damaged(offset)
    }

    private mutating func byte(at offset: Int) throws -> UInt8 {
        if !(self.windowStart..<self.windowStart + self.window.count).contains(offset) {
            do {
                try self.handle.seek(toOffset: UInt64(offset))
                self.window = Array(try self.handle.read(upToCount: Self.windowSize) ?? Data())
            } catch { throw OpenVINOError(.invalidFile, "The model '\(self.path)' cannot be read.", cause: error) }
            self.windowStart = offset
            guard !self.window.isEmpty else { throw self.damaged(offset) }
        }
        return self.window[offset - self.windowStart]
    }
}
