// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRPCCore
internal import KServeProtocol
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import ServingCore
internal import SwiftProtobuf

extension ImmediateInference {
    /// The one message of a call, without gRPC's frame; nil where it is compressed, or not the only one.
    static func message(of body: ByteBuffer) -> [UInt8]? {
        var body = body
        guard body.readInteger(as: UInt8.self) == 0, let length = body.readInteger(as: UInt32.self),
            length == body.readableBytes
        else { return nil }
        return [UInt8](buffer: body)
    }

    /// An answer's message in gRPC's frame.
    static func frame(_ response: InferenceResponse) throws -> ByteBuffer {
        let bytes: [UInt8] = try Inference_ModelInferResponse(response).serializedBytes()
        var frame = ByteBuffer()
        frame.reserveCapacity(5 + bytes.count)
        frame.writeInteger(UInt8(0))
        frame.writeInteger(UInt32(bytes.count))
        frame.writeBytes(bytes)
        return frame
    }
}

extension ImmediateInference.Answer {
    /// What a status message is written with; everything else has percent signs (gRPC over HTTP/2, Responses).
    private static let plainCharacters = CharacterSet(charactersIn: " "..."~").subtracting(
        CharacterSet(charactersIn: "%"))

    /// The frames of the answer, which end its stream.
    var payloads: [HTTP2Frame.FramePayload] {
        var headers: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
        switch self {
        case .message(let bytes):
            return [
                .headers(.init(headers: headers)), .data(.init(data: .byteBuffer(bytes))),
                .headers(.init(headers: ["grpc-status": "0"], endStream: true)),
            ]
        case .failure(let error):
            headers.add(name: "grpc-status", value: "\(error.code.rawValue)")
            if let message = error.message.addingPercentEncoding(withAllowedCharacters: Self.plainCharacters),
                !message.isEmpty
            {
                headers.add(name: "grpc-message", value: message)
            }
            return [.headers(.init(headers: headers, endStream: true))]
        }
    }
}
