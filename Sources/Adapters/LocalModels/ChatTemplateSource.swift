// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import TransformerRuntime

/// Finds the chat template that a model brings along, in one of the places where models keep it.
enum ChatTemplateSource {
    /// The template, or nil when there is none.
    ///
    /// A folder's `chat_template.jinja` counts more than `chat_template.json`, and that more than
    /// `tokenizer_config.json`, as in transformers. Of several named templates the one called `default` is meant.
    /// - Throws: `ModelFileError` when a file cannot be read; ``LLMError`` with code `.unsupported` when there are only
    ///   templates for special uses.
    static func find(_ source: ModelSource) throws -> String? {
        switch source {
        case .gguf(let file): file.metadata.string("tokenizer.chat_template")
        case .huggingFace(let folder): try Self.find(folder.folder)
        }
    }

    private static func find(_ folder: ModelFolder) throws -> String? {
        if let text = try folder.text("chat_template.jinja") { return text }
        if let text = try folder.json("chat_template.json")?["chat_template"] {
            return try Self.choose(text, "\(folder.path)/chat_template.json")
        }
        if let entry = try folder.json("tokenizer_config.json")?["chat_template"], entry != .null {
            return try Self.choose(entry, "\(folder.path)/tokenizer_config.json")
        }
        let others =
            folder.has("additional_chat_templates")
            ? try ModelFolder(path: "\(folder.path)/additional_chat_templates") : nil
        if let others, others.has("default.jinja") { return try others.text("default.jinja") }
        if let name = others?.names.first(where: { $0.hasSuffix(".jinja") }) {
            throw Self.noDefault([name], folder.path)
        }
        return nil
    }

    /// The template of an entry that is one text, or a list of named ones.
    private static func choose(_ entry: JSONValue, _ place: String) throws -> String? {
        if let text = entry.stringValue { return text }
        let named = (entry.arrayValue ?? []).compactMap { item -> (name: String, text: String)? in
            guard let name = item["name"]?.stringValue, let text = item["template"]?.stringValue else { return nil }
            return (name, text)
        }
        if let text = named.first(where: { $0.name == "default" })?.text { return text }
        guard named.count == entry.arrayValue?.count, !named.isEmpty else {
            throw ModelFileError(.malformed, "\(place): 'chat_template' must be text, or a list of named templates.")
        }
        if named.count == 1 { return named[0].text }
        throw Self.noDefault(named.map(\.name), place)
    }

    private static func noDefault(_ names: [String], _ place: String) -> LLMError {
        LLMError(
            .unsupported,
            "\(place): no chat template is called 'default'; there are only: \(names.joined(separator: ", ")).")
    }
}
