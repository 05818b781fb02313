// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import ModelFiles

/// Reads the JSON files of models.
package enum JSONFile {
    /// Reads a file.
    ///
    /// - Throws: ``TaskModelError`` with code `.malformed`, or ``ModelFileError``; the message names the file.
    package static func read(_ path: String) throws -> JSONValue {
        let storage = try ByteStorage(mapping: path)
        do { return try JSONValue(parsing: Array(storage.bytes)) } catch {
            throw TaskModelError(.malformed, "\(path): this is no JSON.", cause: error)
        }
    }

    /// A list of texts.
    ///
    /// - Throws: ``TaskModelError`` with code `.malformed`.
    static func texts(_ json: JSONValue?, _ path: String) throws -> [String] {
        guard let entries = json?.arrayValue, case let texts = entries.compactMap(\.stringValue),
            texts.count == entries.count
        else { throw TaskModelError(.malformed, "\(path): a list of texts is needed.") }
        return texts
    }
}
