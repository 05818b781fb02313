// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Placeholder until the reader is written.
struct PartialJSONReader {
    var content: GeneratedContent?
    mutating func append(_ text: String) throws {}
}
