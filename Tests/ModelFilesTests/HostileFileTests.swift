// SPDX-License-Identifier: Apache-2.0
import LLMCore
import ModelFiles
import Testing

/// A file that must be refused.
struct HostileFile: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var code: ModelFileError.Code
    var bytes: [UInt8]
    var mention: String

    /// Builds a file.
    init(
        _ what: String, _ code: ModelFileError.Code, _ mention: String, _ file: RawGGUF,
        _ change: (inout RawGGUF) -> Void
    ) {
        var file = file
        change(&file)
        self.testDescription = what
        self.code = code
        self.mention = mention
        self.bytes = file.bytes
    }

    /// A file of plain text.
    init(_ what: String, _ mention: String, text: String) {
        self.testDescription = what
        self.code = .notAModel
        self.mention = mention
        self.bytes = Array(text.utf8)
    }
}

@Suite("Hostile model files")
struct HostileFileTests {
    static let notModels: [HostileFile] = [
        HostileFile(
            "a Git LFS pointer", "git lfs pull", text: "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        HostileFile("a web page", "web page", text: "\n<!DOCTYPE html><html></html>"),
        HostileFile("an error in JSON", "JSON", text: "{\"error\":\"not found\"}"),
        HostileFile("a safetensors file", "safetensors", text: "\u{10}\0\0\0\0\0\0\0{\"__metadata__\":{}}"),
        HostileFile("a ZIP archive", "ZIP", text: "PK\u{3}\u{4}rest of it"),
        HostileFile("an old GGML file", "old GGML", text: "lmgg\0\0\0\0"),
        HostileFile("some text", "GGUF", text: "hello"),
        HostileFile("one wrong byte", "GGUF", text: "x"),
    ]

    static let headers: [HostileFile] = [
        HostileFile("version 1", .unsupportedVersion, "version 1", RawGGUF(version: 1)) { _ in },
        HostileFile("version 4", .unsupportedVersion, "version 4", RawGGUF(version: 4)) { _ in },
        HostileFile("big-endian", .unsupportedVersion, "big-endian", RawGGUF(version: UInt32(3).byteSwapped)) { _ in },
        HostileFile("only the magic", .truncated, "version", RawGGUF()) { $0.bytes = Array($0.bytes.prefix(4)) },
        HostileFile("half the magic", .truncated, "2 bytes", RawGGUF()) { $0.bytes = Array($0.bytes.prefix(2)) },
        HostileFile("no metadata count", .truncated, "count", RawGGUF()) { $0.bytes = Array($0.bytes.prefix(20)) },
        HostileFile("2^64-1 metadata entries", .tooLarge, "metadata entries", RawGGUF(metadata: .max)) { _ in },
        HostileFile("2^61 metadata entries", .tooLarge, "metadata entries", RawGGUF(metadata: 1 << 61)) {
            $0.data(999)
        },
        HostileFile("2^64-1 tensors", .tooLarge, "tensors", RawGGUF(tensors: .max)) { _ in },
        HostileFile("2^32 tensors", .tooLarge, "tensors", RawGGUF(tensors: 1 << 32)) { $0.data(4096) },
    ]

    static let metadata: [HostileFile] = [
        HostileFile("a key of 2^63 bytes", .truncated, "claims", RawGGUF(metadata: 1)) {
            $0.put(UInt64(1) << 63)
            $0.data(64)
        },
        HostileFile("a key of 2^64-1 bytes", .truncated, "claims", RawGGUF(metadata: 1)) {
            $0.put(UInt64.max)
            $0.data(64)
        },
        HostileFile("an empty key", .malformed, "0 bytes", RawGGUF(metadata: 1)) {
            $0.key("", type: 4)
            $0.data(32)
        },
        HostileFile("a key that is too long", .malformed, "65536 bytes", RawGGUF(metadata: 1)) {
            $0.key(String(repeating: "k", count: 65_536), type: 0)
            $0.put(UInt8(1))
        },
        HostileFile("a key that is not UTF-8", .malformed, "UTF-8", RawGGUF(metadata: 1)) {
            $0.put(UInt64(2))
            $0.bytes += [0xFF, 0xFE]
            $0.data(64)
        },
        HostileFile("the same key twice", .malformed, "'a' occurs twice", RawGGUF(metadata: 2)) {
            for _ in 0..<2 {
                $0.key("a", type: 4)
                $0.put(UInt32(1))
            }
        },
        HostileFile("an unknown value type", .malformed, "type 13", RawGGUF(metadata: 1)) {
            $0.key("a", type: 13)
            $0.data(32)
        },
        HostileFile("a negative value type", .malformed, "type 4294967295", RawGGUF(metadata: 1)) {
            $0.key("a", type: .max)
            $0.data(32)
        },
        HostileFile("a truth value of 2", .malformed, "is 2, not 0 or 1", RawGGUF(metadata: 1)) {
            $0.key("a", type: 7)
            $0.put(UInt8(2))
        },
        HostileFile("a string longer than the file", .truncated, "claims 1000000", RawGGUF(metadata: 1)) {
            $0.key("a", type: 8)
            $0.put(UInt64(1_000_000))
            $0.data(64)
        },
        HostileFile("an array longer than the file", .truncated, "does not fit", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            $0.put(UInt32(5))
            $0.put(UInt64(1) << 62)
            $0.data(64)
        },
        HostileFile("an array whose size overflows", .truncated, "does not fit", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            $0.put(UInt32(12))
            $0.put(UInt64(0x2000_0000_0000_0001))
            $0.data(64)
        },
        HostileFile("an array of strings that cannot all be there", .truncated, "does not fit", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            $0.put(UInt32(8))
            $0.put(UInt64(1) << 40)
            $0.data(4096)
        },
        HostileFile("an array with a string that is too long", .truncated, "claims", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            $0.put(UInt32(8))
            $0.put(UInt64(2))
            $0.put("x")
            $0.put(UInt64.max - 8)
            $0.data(64)
        },
        HostileFile("a truth value of 3 in an array", .malformed, "is 3", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            $0.put(UInt32(7))
            $0.put(UInt64(2))
            $0.bytes += [1, 3]
        },
        HostileFile("arrays nested 10,000 deep", .malformed, "nested more than", RawGGUF(metadata: 1)) {
            $0.key("a", type: 9)
            for _ in 0..<10_000 {
                $0.put(UInt32(9))
                $0.put(UInt64(1))
            }
        },
        HostileFile("metadata that ends early", .truncated, "ends inside", RawGGUF(metadata: 2)) {
            $0.key("long enough to hold it all", type: 0)
            $0.put(UInt8(1))
        },
    ]

    static let tensors: [HostileFile] = [
        HostileFile("alignment 0", .malformed, "power of two", RawGGUF(metadata: 1)) {
            $0.key("general.alignment", type: 4)
            $0.put(UInt32(0))
        },
        HostileFile("alignment 24", .malformed, "is 24", RawGGUF(metadata: 1)) {
            $0.key("general.alignment", type: 4)
            $0.put(UInt32(24))
        },
        HostileFile("alignment as text", .malformed, "of type string", RawGGUF(metadata: 1)) {
            $0.key("general.alignment", type: 8)
            $0.put("32")
        },
        HostileFile("alignment 2^62", .truncated, "needs 32 bytes", RawGGUF(tensors: 1, metadata: 1)) {
            $0.key("general.alignment", type: 10)
            $0.put(UInt64(1) << 62)
            $0.tensor([8])
            $0.data(64)
        },
        HostileFile("the same tensor twice", .malformed, "'t' occurs twice", RawGGUF(tensors: 2)) {
            $0.tensor([8])
            $0.tensor([8], offset: 32)
            $0.data(64)
        },
        HostileFile("a tensor name that is too long", .malformed, "65 bytes", RawGGUF(tensors: 1)) {
            $0.tensor([8], named: String(repeating: "n", count: 65))
            $0.data(64)
        },
        HostileFile("five dimensions", .malformed, "5 dimensions", RawGGUF(tensors: 1)) {
            $0.tensor([1, 1, 1, 1, 1])
            $0.data(64)
        },
        HostileFile("2^32-1 dimensions", .malformed, "4294967295 dimensions", RawGGUF(tensors: 1)) {
            $0.tensor([8], rank: .max)
            $0.data(64)
        },
        HostileFile("a dimension of 0", .malformed, "dimension 0", RawGGUF(tensors: 1)) {
            $0.tensor([8, 0])
            $0.data(64)
        },
        HostileFile("a negative dimension", .malformed, "dimension 18446744073709551615", RawGGUF(tensors: 1)) {
            $0.tensor([.max])
            $0.data(64)
        },
        HostileFile("dimensions whose product overflows", .tooLarge, "larger than any machine", RawGGUF(tensors: 1)) {
            $0.tensor([1 << 32, 1 << 32])
            $0.data(64)
        },
        HostileFile("dimensions whose product wraps to 0", .tooLarge, "larger than any machine", RawGGUF(tensors: 1)) {
            $0.tensor([1 << 16, 1 << 16, 1 << 16, 1 << 16])
            $0.data(64)
        },
        HostileFile("more numbers than fit, in few bytes", .tooLarge, "larger than any", RawGGUF(tensors: 1)) {
            $0.tensor([1 << 63 - 1 << 9, 2], type: 41)
            $0.data(64)
        },
        HostileFile("an exabyte in a small file", .truncated, "needs 1152921504606846976", RawGGUF(tensors: 1)) {
            $0.tensor([1 << 58])
            $0.data(64)
        },
        HostileFile("tensors whose sizes overflow together", .truncated, "needs", RawGGUF(tensors: 2)) {
            $0.tensor([1 << 60], named: "a")
            $0.tensor([1 << 60], named: "b", offset: 1 << 62)
            $0.data(64)
        },
        HostileFile("one number more than there is", .truncated, "'t' needs 132 bytes", RawGGUF(tensors: 1)) {
            $0.tensor([33])
            $0.data(128)
        },
        HostileFile("an offset behind the end", .truncated, "needs 32 bytes", RawGGUF(tensors: 1)) {
            $0.tensor([8], offset: 64)
            $0.data(64)
        },
        HostileFile("an offset of 2^64-32", .malformed, "18446744073709551584", RawGGUF(tensors: 1)) {
            $0.tensor([8], offset: .max - 31)
            $0.data(64)
        },
        HostileFile("an offset that overflows", .truncated, "needs 32 bytes", RawGGUF(tensors: 1)) {
            $0.tensor([8], offset: UInt64(Int64.max) - 31)
            $0.data(64)
        },
        HostileFile("an offset that is not aligned", .malformed, "not a multiple of 32", RawGGUF(tensors: 1)) {
            $0.tensor([8], offset: 4)
            $0.data(64)
        },
        HostileFile("tensors that overlap", .malformed, "overlap", RawGGUF(tensors: 2)) {
            $0.tensor([16], named: "a")
            $0.tensor([16], named: "b", offset: 32)
            $0.data(128)
        },
        HostileFile("a withdrawn tensor type", .malformed, "type 4", RawGGUF(tensors: 1)) {
            $0.tensor([32], type: 4)
            $0.data(64)
        },
        HostileFile("an unknown tensor type", .malformed, "type 99", RawGGUF(tensors: 1)) {
            $0.tensor([32], type: 99)
            $0.data(64)
        },
        HostileFile("a negative tensor type", .malformed, "type -1", RawGGUF(tensors: 1)) {
            $0.tensor([32], type: .max)
            $0.data(64)
        },
        HostileFile("rows that are no whole blocks", .malformed, "rows of 33", RawGGUF(tensors: 1)) {
            $0.tensor([33], type: 2)
            $0.data(64)
        },
        HostileFile("a table without data", .truncated, "needs 32 bytes", RawGGUF(tensors: 1)) { $0.tensor([8]) },
        HostileFile("a table that ends early", .truncated, "ends inside", RawGGUF(tensors: 1)) {
            $0.tensor([8], named: "long enough to be counted as an entry")
            $0.bytes.removeLast(9)
        },
    ]

    @Test("a file that lies is refused with what is wrong", arguments: notModels + headers + metadata + tensors)
    func refuses(_ file: HostileFile) {
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(bytes: file.bytes, name: "m.gguf") }
        #expect(error?.code == file.code, "\(error?.codeName ?? "")")
        #expect(error?.message.contains(file.mention) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("m.gguf") == true)
    }

    @Test("a file cut anywhere before its end is refused")
    func refusesEveryPrefix() {
        let whole = GGUFFileTests.sample.serialized()
        for count in 0..<whole.count {
            #expect(throws: ModelFileError.self, "\(count) bytes") { try GGUFFile(bytes: whole[..<count]) }
        }
    }

    @Test("a file with any byte changed is read or refused, and what is read can be used")
    func survivesEveryChange() {
        let whole = GGUFFileTests.sample.serialized()
        for place in whole.indices {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[place] = value
                guard let file = try? GGUFFile(bytes: bytes) else { continue }
                for key in file.metadata.keys {
                    _ = file.metadata[key]?.stringArray
                    _ = file.metadata[key]?.floatArray
                    _ = file.metadata[key]?.arrayValue?.arrays
                }
                for tensor in file.tensors {
                    #expect(tensor.offset + tensor.byteCount <= bytes.count)
                    _ = file.bytes(of: tensor).last
                }
            }
        }
    }
}
