// SPDX-License-Identifier: Apache-2.0

// Applications need one import.
@_exported public import GuidedGeneration
@_exported public import LanguageModelSessions
@_exported public import ModelFacade
