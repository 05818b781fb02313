// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import KServeProtocol

/// A message that names a model.
protocol ModelNaming {
    /// The model's name; empty where the message is about all of them.
    var namedModel: String { get }
}

extension Inference_ModelInferRequest: ModelNaming { var namedModel: String { self.modelName } }
extension Inference_ModelReadyRequest: ModelNaming { var namedModel: String { self.name } }
extension Inference_ModelMetadataRequest: ModelNaming { var namedModel: String { self.name } }
extension Inference_ModelConfigRequest: ModelNaming { var namedModel: String { self.name } }
extension Inference_ModelStatisticsRequest: ModelNaming { var namedModel: String { self.name } }
extension Inference_RepositoryModelLoadRequest: ModelNaming { var namedModel: String { self.modelName } }
extension Inference_RepositoryModelUnloadRequest: ModelNaming { var namedModel: String { self.modelName } }
extension Inference_TraceSettingRequest: ModelNaming { var namedModel: String { self.modelName } }
extension Autoglm_V1_GenerateRequest: ModelNaming { var namedModel: String { self.begin.model } }
extension Autoglm_V1_EmbedRequest: ModelNaming { var namedModel: String { self.model } }
extension Autoglm_V1_ModelReadyRequest: ModelNaming { var namedModel: String { self.name } }
extension Autoglm_V1_LoadModelRequest: ModelNaming { var namedModel: String { self.name } }
extension Autoglm_V1_UnloadModelRequest: ModelNaming { var namedModel: String { self.name } }
