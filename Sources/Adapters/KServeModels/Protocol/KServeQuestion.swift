// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRPCCore
internal import KServeProtocol
internal import SwiftProtobuf

/// What can be asked with yes or no.
enum KServeCheck: Sendable {
    /// Whether the server runs.
    case isServerLive
    /// Whether the server takes requests.
    case isServerReady
    /// Whether a model takes requests.
    case isModelReady(KServeModelName)

    /// Where HTTP has it.
    var path: String {
        switch self {
        case .isServerLive: "/v2/health/live"
        case .isServerReady: "/v2/health/ready"
        case .isModelReady(let model): model.path + "/ready"
        }
    }
}

/// A description that can be asked for, in both protocols; JSON and messages have the same fields.
struct KServeQuestion<Question: Message, Answer: Message>: Sendable {
    /// Where HTTP has it.
    let path: String
    /// How gRPC names it.
    let method: MethodDescriptor
    /// What gRPC is asked with.
    let message: Question
    /// Reads the JSON that HTTP answers with.
    var readJSON: @Sendable (Data) throws -> Answer = { try Answer(jsonUTF8Data: $0, options: .lenient) }
}

extension JSONDecodingOptions {
    /// Skips what the messages do not list.
    fileprivate static let lenient = {
        var options = Self()
        options.ignoreUnknownFields = true
        return options
    }()
}

/// The service's methods.
typealias KServeMethod = Inference_GRPCInferenceService.Method

extension KServeQuestion<Inference_ServerMetadataRequest, Inference_ServerMetadataResponse> {
    /// What the server is.
    static var serverMetadata: Self {
        Self(path: "/v2", method: KServeMethod.ServerMetadata.descriptor, message: Inference_ServerMetadataRequest())
    }
}

extension KServeQuestion<Inference_ModelMetadataRequest, Inference_ModelMetadataResponse> {
    /// Which tensors a model takes and gives.
    static func metadata(of model: KServeModelName) -> Self {
        Self(
            path: model.path, method: KServeMethod.ModelMetadata.descriptor,
            message: .with { ($0.name, $0.version) = (model.name, model.version ?? "") })
    }
}

extension KServeQuestion<Inference_ModelConfigRequest, Inference_ModelConfigResponse> {
    /// How a model is served.
    static func configuration(of model: KServeModelName) -> Self {
        Self(
            path: model.path + "/config", method: KServeMethod.ModelConfig.descriptor,
            message: .with { ($0.name, $0.version) = (model.name, model.version ?? "") },
            readJSON: { data in
                try .with { $0.config = try Inference_ModelConfig(jsonUTF8Data: data, options: .lenient) }
            })
    }
}

extension KServeQuestion<Inference_ModelStatisticsRequest, Inference_ModelStatisticsResponse> {
    /// What a model has done so far.
    static func statistics(of model: KServeModelName) -> Self {
        Self(
            path: model.path + "/stats", method: KServeMethod.ModelStatistics.descriptor,
            message: .with { ($0.name, $0.version) = (model.name, model.version ?? "") })
    }
}

extension KServeModelName {
    /// Where HTTP has the model.
    var path: String {
        let path = "/v2/models/\(Self.encoded(self.name))"
        guard let version else { return path }
        return "\(path)/versions/\(Self.encoded(version))"
    }

    private static func encoded(_ name: String) -> String {
        let plain = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/;"))
        return name.addingPercentEncoding(withAllowedCharacters: plain) ?? name
    }
}
