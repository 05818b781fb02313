// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Hints for names that nobody knows, bounded so that hostile templates cannot make them slow.
enum NameHint {
    static func hint(for name: String, in known: some Sequence<String>) -> String {
        NearestName.hint(for: String(name.prefix(64)), in: Array(known.prefix(100)))
    }
}
