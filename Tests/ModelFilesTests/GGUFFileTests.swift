// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import ModelFiles
import Testing

@Suite("GGUF files")
struct GGUFFileTests {
    /// A file with a value of every type and three tensors.
    static var sample: GGUFWriter {
        var writer = GGUFWriter()
        writer.set("general.architecture", .string("llama"))
        writer.set("u8", .uint8(.max))
        writer.set("i8", .int8(.min))
        writer.set("u16", .uint16(.max))
        writer.set("i16", .int16(.min))
        writer.set("u32", .uint32(.max))
        writer.set("i32", .int32(.min))
        writer.set("u64", .uint64(.max))
        writer.set("i64", .int64(.min))
        writer.set("f32", .float32(-1.5))
        writer.set("f64", .float64(0.1))
        writer.set("yes", .bool(true))
        writer.set("no", .bool(false))
        writer.set("texts", .array(GGUFArray(strings: ["a", "", "中文"])))
        writer.set("numbers", .array(GGUFArray(int32: [1, -2, 3])))
        writer.set("floats", .array(GGUFArray(float32: [0.5, -0.25])))
        writer.set("bytes", .array(GGUFArray(uint8: [0, 255])))
        writer.set("truths", .array(GGUFArray(bools: [true, false])))
        writer.set(
            "nested",
            .array(GGUFArray(arrays: [GGUFArray(int32: [7]), GGUFArray(arrays: [GGUFArray(strings: ["x"])])])))
        writer.add(tensor: "a", dimensions: [3], type: .f32, bytes: Array(0..<12))
        writer.add(tensor: "b.weight", dimensions: [64, 2], type: .q4_1, bytes: [UInt8](repeating: 7, count: 80))
        writer.add(tensor: "scalar", dimensions: [], type: .f16, bytes: [1, 2])
        return writer
    }

    @Test("a value of every type comes back as it was written")
    func readsEveryType() throws {
        let metadata = try GGUFFile(bytes: Self.sample.serialized()).metadata
        #expect(metadata.keys.count == 19)
        #expect(metadata.keys.first == "general.architecture")
        #expect(metadata.string("general.architecture") == "llama")
        let integers = ["u8": 255, "i8": -128, "u16": 65_535, "i16": -32_768, "u32": 4_294_967_295, "i64": Int.min]
        for (key, value) in integers { #expect(metadata.int(key) == value, "\(key)") }
        #expect(metadata.int("u64") == nil)
        #expect(metadata.double("f32") == -1.5)
        #expect(metadata.double("f64") == 0.1)
        #expect(metadata.double("u8") == 255)
        #expect(metadata.bool("yes") == true)
        #expect(metadata.bool("no") == false)
        #expect(metadata["texts"]?.stringArray == ["a", "", "中文"])
        #expect(metadata["numbers"]?.intArray == [1, -2, 3])
        #expect(metadata["numbers"]?.floatArray == [1, -2, 3])
        #expect(metadata["floats"]?.floatArray == [0.5, -0.25])
        #expect(metadata["bytes"]?.intArray == [0, 255])
        #expect(metadata["truths"]?.boolArray == [true, false])
        let nested = try #require(metadata.array("nested")?.arrays)
        #expect(nested.map(\.elementType) == [.int32, .array])
        #expect(nested.first?.integers == [7])
        #expect(nested.last?.arrays?.first?.strings == ["x"])
        #expect(metadata["texts"]?.intArray == nil)
        #expect(metadata["numbers"]?.stringArray == nil)
    }

    @Test("tensors come back with their bytes")
    func readsTensors() throws {
        let file = try GGUFFile(bytes: Self.sample.serialized())
        #expect(file.tensors.map(\.name) == ["a", "b.weight", "scalar"])
        let matrix = try #require(file.tensor(named: "b.weight"))
        #expect(matrix.dimensions == [64, 2])
        #expect(matrix.elementCount == 128)
        #expect(matrix.type == .q4_1)
        #expect(matrix.byteCount == 80)
        #expect(file.bytes(of: matrix).allSatisfy { $0 == 7 })
        let vector = try #require(file.tensor(named: "a"))
        #expect(Array(file.bytes(of: vector)) == Array(0..<12))
        #expect(file.tensors.allSatisfy { $0.offset % 32 == 0 })
        #expect(file.tensor(named: "c") == nil)
    }

    @Test("other alignments are honoured", arguments: [1, 8, 64, 4096])
    func honoursAlignment(_ alignment: Int) throws {
        var writer = Self.sample
        writer.set("general.alignment", .uint32(UInt32(alignment)))
        let file = try GGUFFile(bytes: writer.serialized())
        #expect(file.alignment == alignment)
        #expect(file.tensors.allSatisfy { $0.offset % alignment == 0 })
        #expect(Array(file.bytes(of: try #require(file.tensor(named: "scalar")))) == [1, 2])
    }

    @Test("version 2 is read as version 3 is")
    func readsVersion2() throws {
        var bytes = Self.sample.serialized()
        bytes[4] = 2
        let file = try GGUFFile(bytes: bytes)
        #expect(file.version == 2)
        #expect(file.tensors.count == 3)
    }

    @Test("a file without tensors needs no data")
    func readsVocabularyOnly() throws {
        #expect(try GGUFFile(bytes: RawGGUF().bytes).tensors.isEmpty)
    }

    @Test("text that is not UTF-8 is repaired, in arrays it keeps its bytes")
    func keepsBytes() throws {
        var writer = GGUFWriter()
        writer.set("tokens", .array(GGUFArray(strings: [[0xFF], [0xE4, 0xBD]])))
        let array = try #require(try GGUFFile(bytes: writer.serialized()).metadata.array("tokens"))
        var seen = [[UInt8]]()
        array.forEachString { seen.append(Array($0)) }
        #expect(seen == [[0xFF], [0xE4, 0xBD]])
        #expect(array.strings == ["\u{FFFD}", "\u{FFFD}"])
    }

    @Test("a key that is missing or of another type is named")
    func namesKeys() throws {
        let metadata = try GGUFFile(bytes: Self.sample.serialized(), name: "m.gguf").metadata
        #expect(try metadata.requiredInt("u8") == 255)
        #expect(try metadata.requiredDouble("f64") == 0.1)
        #expect(try metadata.requiredArray("texts", of: .string).count == 3)
        let missing = #expect(throws: ModelFileError.self) { try metadata.requiredString("general.architectur") }
        #expect(missing?.code == .missingKey)
        #expect(missing?.message.contains("'general.architecture'") == true)
        let wrong = #expect(throws: ModelFileError.self) { try metadata.requiredInt("general.architecture") }
        #expect(wrong?.code == .wrongType)
        #expect(wrong?.message.contains("must be an integer, but it is string") == true)
        #expect(throws: ModelFileError.self) { try metadata.requiredArray("numbers", of: .string) }
    }

    @Test("a file on disk is mapped, and paths that are no files are refused")
    func opensPaths() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gguf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "m.gguf").path
        try Self.sample.write(to: path)
        let file = try GGUFFile(path: path)
        let tensor = try #require(file.tensor(named: "a"))
        file.adviseUnneeded(tensor)
        #expect(Array(file.bytes(of: tensor)) == Array(0..<12))

        let empty = folder.appending(path: "empty.gguf").path
        #expect(FileManager.default.createFile(atPath: empty, contents: nil))
        let cases: [(String, ModelFileError.Code, String)] = [
            (path + ".x", .notFound, "no such file"), (path + "/m", .notFound, "no such file"),
            (folder.path, .notReadable, "folder"), (empty, .truncated, "empty"),
            ("/dev/null", .notReadable, "not a regular file"),
        ]
        for (path, code, mention) in cases {
            let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: path) }
            #expect(error?.code == code, "\(path)")
            #expect(error?.message.contains(mention) == true, "\(error?.message ?? "")")
        }
        #expect(throws: ModelFileError.self) { try Self.sample.write(to: folder.path + "/none/m.gguf") }
    }

    @Test("every tensor type has the block its name promises")
    func knowsTensorTypes() throws {
        for type in TensorType.allCases {
            #expect(type.elementsPerBlock > 0 && type.bytesPerBlock > 0, "\(type)")
            #expect(type.elementsPerBlock == 1 || type.bytesPerBlock < type.elementsPerBlock * 2, "\(type)")
        }
        #expect(TensorType.q4_K.name == "Q4_K")
        #expect(TensorType.bf16.name == "BF16")
    }
}
