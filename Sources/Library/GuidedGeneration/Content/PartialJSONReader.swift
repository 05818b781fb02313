// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Placeholder until the reader is written.
package struct PartialJSONReader {
    package var content: GeneratedContent?
    package init(response: GenerationID = GenerationID()) {}
    package mutating func append(_ text: String) throws {}
}
