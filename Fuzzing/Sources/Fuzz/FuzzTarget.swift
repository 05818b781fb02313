// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import ModelFiles
internal import TokenConstraints
internal import Tokenization

/// A reader of untrusted bytes.
enum FuzzTarget: String, CaseIterable {
    /// Opens a GGUF file and reads everything in it.
    case gguf
    /// Makes the tokenizer of a GGUF file, encodes the file's own bytes and decodes the tokens.
    case tokenizer
    /// Opens a safetensors file and reads everything in it.
    case safetensors
    /// Makes the tokenizer of a `tokenizer.json`, encodes the file's own bytes and decodes the tokens.
    case tokenizerJSON = "tokenizer-json"
    /// Reads JSON.
    case json
    /// Compiles a JSON Schema and reads the file's own bytes with it.
    case schema
    /// Compiles a regular expression and reads the file's own bytes with it.
    case regex
    /// Compiles a grammar and reads the file's own bytes with it.
    case grammar
    /// Decodes a picture, by the system's libraries too.
    case image
    /// Decodes a recording, by the system's library too.
    case audio
    /// Tells what bytes are, as inputs that come over a network.
    case input
    /// Reads a routing table of inputs.
    case routingTable = "routing-table"
    /// Reads a plugin's manifest.
    case manifest
    /// Reads a policy of plugins.
    case policy
    /// Reads frames between the program and a plugin's process.
    case pluginFrame = "plugin-frame"
    /// Reads a message of NATS as an event, and as an input.
    case natsMessage = "nats-message"
    /// Reads subjects and patterns of them.
    case subject
    /// Reads a connection of WebSocket: frames, messages, inputs.
    case webSocket = "web-socket"
    /// Opens an intent model of which one file is damaged, and asks it.
    case intentModel = "intent-model"
    /// Opens a graph language model of which one file is damaged, and lets it write.
    case graphModel = "graph-model"

    /// Reads the bytes.
    ///
    /// - Returns: Whether they were accepted.
    func run(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .gguf: Self.readFile(bytes)
        case .tokenizer: Self.tokenize(bytes)
        case .safetensors: Self.readTensors(bytes)
        case .tokenizerJSON:
            (try? Tokenizer(tokenizerJSON: bytes)).map { Self.tokenize(bytes, with: $0) } ?? false
        case .json: (try? JSONValue(parsing: bytes)) != nil
        case .schema: (try? JSONValue(parsing: bytes)).map { Self.read(bytes, by: .jsonSchema($0)) } ?? false
        case .regex: Self.read(bytes, by: .regularExpression(String(decoding: bytes, as: UTF8.self)))
        case .grammar: Self.read(bytes, by: .grammar(String(decoding: bytes, as: UTF8.self)))
        case .image, .audio, .input, .routingTable: self.runMedia(bytes)
        case .manifest, .policy, .pluginFrame: self.runPlugins(bytes)
        case .natsMessage, .subject, .webSocket: self.runMessages(bytes)
        case .intentModel, .graphModel: self.runModels(bytes)
        }
    }

    /// Inputs to begin with; none where files are needed.
    var seeds: [[UInt8]] {
        switch self {
        case .input: Self.inputSeeds
        case .pluginFrame: Self.frameSeeds
        case .natsMessage: Self.messageSeeds
        case .subject: ["documents.*.read documents.invoice.read", "a.> a.b-c_1.d"].map { Array($0.utf8) }
        case .webSocket: Self.socketSeeds
        case .intentModel: DamagedModel.intents.seeds
        case .graphModel: DamagedModel.graphs.seeds
        default: []
        }
    }

    /// Reads bytes by a constraint, as far as they may go on.
    private static func read(_ bytes: [UInt8], by constraint: OutputConstraint) -> Bool {
        guard let automaton = try? CompiledConstraint.automaton(constraint) else { return false }
        var state = automaton.start
        for byte in bytes where !state.isDead { state = automaton.next(state, byte) }
        return automaton.accepts(state) || !automaton.start.isDead
    }

    /// Reads everything in a file.
    private static func readFile(_ bytes: [UInt8]) -> Bool {
        guard let file = try? GGUFFile(bytes: bytes) else { return false }
        for key in file.metadata.keys {
            let value = file.metadata[key]
            _ = (value?.stringArray, value?.intArray, value?.floatArray, value?.boolArray, value?.arrayValue?.arrays)
        }
        var sum: UInt64 = 0
        for tensor in file.tensors { for byte in file.bytes(of: tensor) { sum &+= UInt64(byte) } }
        return sum != 1
    }

    /// Reads everything in a safetensors file.
    private static func readTensors(_ bytes: [UInt8]) -> Bool {
        guard let file = try? SafetensorsFile(bytes: bytes) else { return false }
        return file.tensors.allSatisfy { tensor in
            let bytes = file.bytes(of: tensor)
            precondition(bytes.count == tensor.byteCount, "a tensor lies outside its file")
            return bytes.reduce(0, &+) < .max
        }
    }

    /// Encodes and decodes with a file's tokenizer.
    private static func tokenize(_ bytes: [UInt8]) -> Bool {
        guard let file = try? GGUFFile(bytes: bytes), let tokenizer = try? Tokenizer(gguf: file) else { return false }
        return Self.tokenize(bytes, with: tokenizer)
    }

    /// Encodes and decodes.
    private static func tokenize(_ bytes: [UInt8], with tokenizer: Tokenizer) -> Bool {
        for slice in [Array(bytes.prefix(2000)), Array(bytes.suffix(2000))] {
            for special in [true, false] {
                let ids = tokenizer.encode(bytes: slice, addSpecial: special, parseSpecial: special)
                var decoder = StreamingDecoder(tokenizer: tokenizer, skipSpecial: special)
                let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
                var all = [UInt8]()
                for id in ids where !(special && tokenizer.isControl(id)) { tokenizer.appendBytes(of: id, to: &all) }
                precondition(streamed == String(decoding: all, as: UTF8.self), "the stream differs from the whole")
            }
        }
        return true
    }
}
