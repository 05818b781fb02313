// SPDX-License-Identifier: Apache-2.0

// `EngineConfiguration` is part of what applications set.
@_exported public import InferenceEngine
