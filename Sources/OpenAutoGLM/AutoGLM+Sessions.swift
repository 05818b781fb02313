// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import LanguageModelSessions
public import ModelFacade

extension AutoGLM {
    /// This model, to hold sessions with.
    ///
    /// ```swift
    /// let session = LanguageModelSession(model: agent.languageModel, instructions: "Be brief.")
    /// ```
    public var languageModel: AdapterLanguageModel { AdapterLanguageModel(self.adapter) }
}
