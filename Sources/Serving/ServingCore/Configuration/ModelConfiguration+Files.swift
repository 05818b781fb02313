// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
internal import LLMCore
internal import SourceDocuments
internal import SwiftProtobuf

/// How a model's configuration is written.
package enum ConfigurationForm: String, Sendable, CaseIterable {
    /// Triton's `config.pbtxt`, the text form of Protocol Buffers.
    case text = "pbtxt"
    /// The same members as YAML.
    case yaml
    /// The same members as JSON.
    case json

    /// The most bytes of a configuration.
    package static let maximumBytes = 1 << 20

    /// Reads a configuration, whose meaning is not checked yet.
    ///
    /// - Parameter file: Its name, for messages.
    /// - Throws: ``ServingError`` with code `.invalidArgument`.
    package func read(_ text: String, file: String) throws -> Inference_ModelConfig {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ServingError(.invalidArgument, "\(file) is larger than 1 MiB.")
        }
        do {
            switch self {
            case .text: return try Inference_ModelConfig(textFormatString: text)
            case .json:
                // Read first by this project's reader, whose depth is limited.
                return try Self.message(try JSONValue(parsing: text, maximumDepth: 64))
            case .yaml:
                var reader = SourceReader(file: file, beginning: "A model's configuration begins with 'backend:'.")
                return try Self.message(try reader.read(text).json)
            }
        } catch {
            throw ServingError(.invalidArgument, "\(file) is no configuration of a model: \(error).", cause: error)
        }
    }

    private static func message(_ json: JSONValue) throws -> Inference_ModelConfig {
        try Inference_ModelConfig(jsonString: json.serialized())
    }
}

extension Inference_ModelConfig {
    /// The configuration as JSON, in the members' own names.
    package func json() throws -> String {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        return try self.jsonString(options: options)
    }
}
