// SPDX-License-Identifier: Apache-2.0
import LLMCore
import ModelFiles
import Testing

/// The bytes of a safetensors file with a header as given and some data.
func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
    let bytes = Array(header.utf8)
    let size = length ?? UInt64(bytes.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(8 * $0)) } + bytes
        + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

/// A header with one tensor.
func header(_ dtype: String, _ shape: String, _ offsets: String, name: String = "w") -> String {
    #"{"\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
}

/// A file that must be refused.
struct HostileSafetensors: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var code: ModelFileError.Code
    var mention: String
    var bytes: [UInt8]

    init(_ what: String, _ code: ModelFileError.Code, _ mention: String, _ bytes: [UInt8]) {
        (self.testDescription, self.code, self.mention, self.bytes) = (what, code, mention, bytes)
    }
}

@Suite("Safetensors files")
struct SafetensorsFileTests {
    static let sample = safetensors(
        """
        {"__metadata__":{"format":"pt"},
         "b":{"dtype":"BF16","shape":[2,3],"data_offsets":[4,16]},
         "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
         "none":{"dtype":"F16","shape":[0,5],"data_offsets":[16,16]},
         "small":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[16,20]},
         "ids":{"dtype":"I64","shape":[1,2],"data_offsets":[20,36]}}    \n
        """, data: 36)

    @Test("tensors come with reversed shapes and their own bytes, in the order of the bytes")
    func readsTensors() throws {
        let file = try SafetensorsFile(bytes: Self.sample, name: "m.safetensors")
        #expect(Set(file.tensors.map(\.name)) == ["a", "b", "none", "ids"])
        #expect(file.tensors.first?.name == "a")
        #expect(file.metadata == ["format": "pt"])
        let matrix = try #require(try file.tensor(named: "b"))
        #expect(matrix.dimensions == [3, 2])
        #expect(matrix.type == .bf16)
        #expect(Array(file.bytes(of: matrix)) == Array(4..<16))
        let scalar = try #require(try file.tensor(named: "a"))
        #expect(scalar.dimensions == [] && scalar.elementCount == 1)
        #expect(Array(file.bytes(of: scalar)) == Array(0..<4))
        #expect(try file.tensor(named: "none").map { file.bytes(of: $0).count } == 0)
        #expect(try file.tensor(named: "ids")?.type == .i64)
        #expect(try file.tensor(named: "c") == nil)
        try file.checkIntact()
    }

    @Test("a tensor of numbers that cannot be read is refused by name when it is taken, not before")
    func namesUnreadableTensors() throws {
        let file = try SafetensorsFile(bytes: Self.sample, name: "m.safetensors")
        #expect(file.unreadableTensors == ["small": "F8_E4M3"])
        let error = #expect(throws: ModelFileError.self) { try file.tensor(named: "small") }
        #expect(error?.code == .unsupportedType)
        #expect(error?.message.contains("'small' holds F8_E4M3") == true)
    }

    @Test("the header's length may spell anything, as long as it is the length", arguments: [123, 31, 80, 118, 60])
    func readsEveryHeaderLength(_ lowByte: Int) throws {
        let plain = header("F32", "[2]", "[0,8]")
        let padded = plain + String(repeating: " ", count: 256 + lowByte - plain.utf8.count)
        #expect(try SafetensorsFile(bytes: safetensors(padded, data: 8)).tensors.count == 1)
    }

    static let hostile: [HostileSafetensors] = [
        HostileSafetensors("nothing but a length", .truncated, "claims", safetensors("", length: 5)),
        HostileSafetensors("seven bytes", .truncated, "7 bytes", [1, 2, 3, 4, 5, 6, 7]),
        HostileSafetensors(
            "a header of 2^64-1 bytes", .notAModel, "18446744073709551615", safetensors("{}", length: .max)),
        HostileSafetensors(
            "a header of 100,000,001 bytes", .notAModel, "at most 100000000", safetensors("{}", length: 100_000_001)),
        HostileSafetensors("a header longer than the file", .truncated, "claims 99", safetensors("{}", length: 99)),
        HostileSafetensors("a GGUF file", .notAModel, "GGUF file", Array("GGUF\u{3}\0\0\0\0\0\0\0".utf8)),
        HostileSafetensors(
            "a Git LFS pointer", .notAModel, "git lfs pull",
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8)),
        HostileSafetensors("a web page", .notAModel, "web page", Array("<!DOCTYPE html><html></html>".utf8)),
        HostileSafetensors("an array for a header", .notAModel, "no JSON object", safetensors("[]")),
        HostileSafetensors("JSON that breaks off", .malformed, "no valid JSON", safetensors(#"{"a":"#)),
        HostileSafetensors("two values", .malformed, "no valid JSON", safetensors("{}{}")),
        HostileSafetensors(
            "deep nesting", .malformed, "no valid JSON",
            safetensors(#"{"a":"# + String(repeating: "[", count: 10_000))),
        HostileSafetensors(
            "metadata that is no string", .malformed, "'x'", safetensors(#"{"__metadata__":{"x":1}}"#)),
        HostileSafetensors(
            "metadata that is no object", .malformed, "__metadata__", safetensors(#"{"__metadata__":[]}"#)),
        HostileSafetensors(
            "an unknown dtype", .malformed, #"unknown dtype "F7""#, safetensors(header("F7", "[1]", "[0,1]"), data: 1)),
        HostileSafetensors("no dtype", .malformed, "unknown dtype none", safetensors(#"{"w":{}}"#)),
        HostileSafetensors("an entry that is a number", .malformed, "'w'", safetensors(#"{"w":3}"#)),
        HostileSafetensors(
            "a negative dimension", .malformed, "'shape'", safetensors(header("F32", "[-1]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "a fractional dimension", .malformed, "'shape'", safetensors(header("F32", "[1.0]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "a dimension of 2^64", .malformed, "'shape'",
            safetensors(header("F32", "[18446744073709551616]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "one offset", .malformed, "'data_offsets'", safetensors(header("F32", "[1]", "[4]"), data: 4)),
        HostileSafetensors(
            "descending offsets", .malformed, "ascending", safetensors(header("F32", "[1]", "[4,0]"), data: 4)),
        HostileSafetensors(
            "a product that overflows", .tooLarge, "larger than any",
            safetensors(header("F32", "[4294967296,4294967296,4294967296]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "a product that wraps to the right size", .tooLarge, "larger than any",
            safetensors(header("F32", "[4611686018427387905]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "a shape larger than its bytes", .malformed, "does not take 4",
            safetensors(header("F32", "[2]", "[0,4]"), data: 4)),
        HostileSafetensors(
            "half a byte", .malformed, "does not take 1", safetensors(header("F4", "[3]", "[0,1]"), data: 1)),
        HostileSafetensors(
            "a body that is cut off", .truncated, "which has 7", safetensors(header("F32", "[2]", "[0,8]"), data: 7)),
        HostileSafetensors(
            "a body that is too long", .malformed, "9 bytes follow", safetensors(header("F32", "[2]", "[0,8]"), data: 9)
        ),
        HostileSafetensors(
            "a gap in front", .malformed, "instead of 0", safetensors(header("F32", "[1]", "[4,8]"), data: 8)),
        HostileSafetensors(
            "an overlap", .malformed, "instead of 8",
            safetensors(
                #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}"#,
                data: 12)),
        HostileSafetensors(
            "the same name twice", .malformed, "instead of 0",
            safetensors(
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
                data: 8)),
    ]

    @Test("a file that contradicts itself is refused and says why", arguments: hostile)
    func refuses(_ file: HostileSafetensors) {
        let error = #expect(throws: ModelFileError.self) {
            try SafetensorsFile(bytes: file.bytes, name: "m.safetensors")
        }
        #expect(error?.code == file.code, "\(error?.message ?? "")")
        #expect(error?.description.contains(file.mention) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("m.safetensors: ") == true)
    }

    @Test("a file cut at any byte is refused")
    func refusesEveryTruncation() {
        for count in 0..<Self.sample.count {
            #expect(throws: ModelFileError.self, "cut at \(count)") {
                try SafetensorsFile(bytes: Self.sample.prefix(count))
            }
        }
    }

    @Test("mutated files are refused or read without a crash, and every tensor lies in the file")
    func survivesMutations() throws {
        var mutator = Mutator(corpus: [Self.sample, safetensors(header("F32", "[2]", "[0,8]"), data: 8)], seed: 42)
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = mutator.next()
            guard let file = try? SafetensorsFile(bytes: bytes) else { continue }
            accepted += 1
            for tensor in file.tensors { #expect(file.bytes(of: tensor).count == tensor.byteCount) }
        }
        #expect(accepted > 50)
    }
}
