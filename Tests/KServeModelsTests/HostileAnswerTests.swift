// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeModels
import KServeProtocol
import LLMCore
import SwiftProtobuf
import Testing

@Suite("Hostile KServe answers")
struct HostileAnswerTests {
    private static let seed =
        #"{"model_name":"m","model_version":"1","outputs":[{"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}},{"name":"b","datatype":"BYTES","shape":[1],"data":["x"]}]}"#

    @Test("A whole answer is read")
    func whole() throws {
        let body = Array(Self.seed.utf8) + [0, 0, 128, 63, 0, 0, 0, 64]
        let response = try KServeResponse(inferBody: body, headerLength: Self.seed.utf8.count)
        #expect(try response["a"]?.values() == [Float(1), 2] && response["b"]?.strings() == ["x"])
        #expect(response.model == "m" && response.version == "1" && response["c"] == nil)
    }

    @Test(
        "Answers that contradict themselves are errors",
        arguments: [
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]}"#, 7, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]}"#, 9, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":-8}}]}"#, 0, 0),
            (
                #"{"outputs":[{"name":"a","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":9223372036854775807}}]}"#,
                8, 0
            ),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[-2],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[4611686018427387904,4],"data":[]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[1.5],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":["1"],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[2],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP32","shape":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"UINT8","shape":[1],"data":[256]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"INT8","shape":[1],"data":[1.5]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"BOOL","shape":[1],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP16","shape":[1],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"FP128","shape":[1],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[{"name":"a","datatype":"BYTES","shape":[1],"data":[1]}]}"#, 0, 0),
            (#"{"outputs":[7]}"#, 0, 0), (#"{"outputs":["#, 0, 0), ("", 0, 0), ("{}", 0, 1), ("{}", 1, -3),
        ])
    func contradictions(header: String, tail: Int, extra: Int) {
        let body = Array(header.utf8) + [UInt8](repeating: 0, count: tail)
        let result = Result { try KServeResponse(inferBody: body, headerLength: header.utf8.count + extra) }
        switch result {
        case .success(let response): Issue.record("it was read as \(response)")
        case .failure(let error): #expect(error is JSONError || error is KServeTensorError)
        }
    }

    @Test("Messages that contradict themselves are errors")
    func messages() {
        func fails(_ change: (inout Inference_ModelInferResponse) -> Void) {
            var message = Inference_ModelInferResponse()
            message.outputs = [.with { ($0.name, $0.datatype, $0.shape) = ("a", "UINT8", [1]) }]
            change(&message)
            #expect(throws: KServeTensorError.self) { try KServeResponse(message) }
        }
        fails { _ in }
        fails { $0.rawOutputContents = [Data([1]), Data([2])] }
        fails { $0.rawOutputContents = [Data()] }
        fails { $0.outputs[0].contents.uintContents = [256] }
        fails { $0.outputs[0].contents.intContents = [1] }
        fails { ($0.outputs[0].shape, $0.rawOutputContents) = ([-1], [Data([1])]) }
        fails { ($0.outputs[0].shape, $0.rawOutputContents) = ([.max, .max], [Data([1])]) }
        fails { ($0.outputs[0].datatype, $0.rawOutputContents) = ("", [Data([1])]) }
        fails { ($0.outputs[0].datatype, $0.outputs[0].contents.fp32Contents) = ("FP16", [1]) }
    }

    @Test("Typed lists are read as bytes are")
    func typedLists() throws {
        var message = Inference_ModelInferResponse()
        message.outputs = [
            .with { ($0.name, $0.datatype, $0.shape, $0.contents.intContents) = ("a", "INT8", [2], [-1, 127]) },
            .with {
                ($0.name, $0.datatype, $0.shape, $0.contents.bytesContents) = ("b", "BYTES", [1], [Data("é".utf8)])
            },
            .with { ($0.name, $0.datatype, $0.shape, $0.contents.fp64Contents) = ("c", "FP64", [], [0.5]) },
        ]
        let response = try KServeResponse(message)
        #expect(try response["a"]?.values() == [Int8(-1), 127] && response["b"]?.strings() == ["é"])
        #expect(try response["c"]?.values() == [0.5])
    }

    @Test("Changed bytes give an answer or an error, never a crash")
    func mutations() throws {
        var random = SplitMix(state: 5)
        let whole = Array(Self.seed.utf8) + [0, 0, 128, 63, 0, 0, 0, 64]
        var message = Inference_ModelInferResponse()
        message.outputs = [.with { ($0.name, $0.datatype, $0.shape) = ("a", "BYTES", [1]) }]
        message.rawOutputContents = [Data([1, 0, 0, 0, 65])]
        let binary: [UInt8] = try message.serializedBytes()
        var read = 0
        for _ in 0..<4000 {
            let body = random.changed(whole)
            if (try? KServeResponse(inferBody: body, headerLength: Self.seed.utf8.count)) != nil { read += 1 }
            if let json = try? JSONValue(parsing: body.prefix(Self.seed.utf8.count)) {
                _ = try? KServeResponse(generated: json)
            }
            if let message = try? Inference_ModelInferResponse(serializedBytes: random.changed(binary)) {
                _ = try? KServeResponse(message)
            }
        }
        #expect(read > 0 && read < 4000)
    }
}

/// A small generator of random numbers, the same for every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The bytes with one or two of them changed, and sometimes cut off.
    mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...1, using: &self) {
            bytes[Int.random(in: 0..<bytes.count, using: &self)] = UInt8.random(in: 0...255, using: &self)
        }
        return Int.random(in: 0...3, using: &self) == 0
            ? Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &self))) : bytes
    }
}
