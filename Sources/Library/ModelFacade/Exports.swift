// SPDX-License-Identifier: Apache-2.0

// What is used together with AutoGLM comes with one import.
@_exported public import AdaptiveControl
@_exported public import EventMessaging
@_exported public import InputsMessaging
@_exported public import JSONSchemas
@_exported public import KServeModels
@_exported public import KServeProtocol
@_exported public import LLMCore
@_exported public import LocalModels
@_exported public import MediaDecoding
@_exported public import MediaRecognition
@_exported public import MultimodalInputs
@_exported public import NATSMessaging
@_exported public import Pipelines
@_exported public import PluginHost
@_exported public import PluginKinds
@_exported public import PromptTemplates
@_exported public import RemoteModels
@_exported public import ResultParsing
@_exported public import SourceDocuments
@_exported public import TaskRouting
