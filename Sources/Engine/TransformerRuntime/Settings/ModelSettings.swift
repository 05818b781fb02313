// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import ModelFiles

/// What a model says about itself, read in the same way from both forms.
package struct ModelSettings: Sendable {
    /// The model's files.
    package let source: ModelSource
    /// The architecture's name as the files write it.
    package let architecture: String

    /// Reads which architecture a model is of.
    ///
    /// - Throws: `ModelFileError` when the files do not say.
    package init(_ source: ModelSource) throws {
        self.source = source
        switch source {
        case .gguf(let file): self.architecture = try file.metadata.requiredString("general.architecture")
        case .huggingFace(let folder):
            guard let type = folder.configuration["model_type"]?.stringValue else {
                throw ModelFileError(.missingKey, "\(folder.path)/config.json: lacks the text 'model_type'.")
            }
            self.architecture = type
        }
    }

    /// A setting as it stands in the files; nil where it is absent or null.
    package subscript(_ name: SettingName) -> JSONValue? {
        switch self.source {
        case .gguf(let file):
            return name.gguf.flatMap { file.metadata["\(self.architecture).\($0)"]?.json }
        case .huggingFace(let folder):
            let value = name.huggingFace.flatMap { folder.configuration[$0] }
            return value == .null ? nil : value
        }
    }

    /// A setting's key, as the files write it.
    package func key(_ name: SettingName) -> String {
        switch self.source {
        case .gguf: "\(self.architecture).\(name.gguf ?? name.huggingFace ?? "?")"
        case .huggingFace: name.huggingFace ?? name.gguf ?? "?"
        }
    }

    /// An integer, or nil where the setting is absent.
    ///
    /// - Throws: `ModelFileError` when it is something else.
    package func int(_ name: SettingName) throws -> Int? {
        try self.value(name, "an integer") { $0.integerValue }
    }

    /// A number, or nil where the setting is absent.
    ///
    /// - Throws: `ModelFileError` when it is something else.
    package func number(_ name: SettingName) throws -> Double? {
        try self.value(name, "a number") { $0.numberValue }
    }

    /// A truth value, or nil where the setting is absent.
    ///
    /// - Throws: `ModelFileError` when it is something else.
    package func bool(_ name: SettingName) throws -> Bool? {
        try self.value(name, "true or false") { $0.boolValue }
    }

    /// A text, or nil where the setting is absent.
    ///
    /// - Throws: `ModelFileError` when it is something else.
    package func string(_ name: SettingName) throws -> String? {
        try self.value(name, "text") { $0.stringValue }
    }

    /// A setting that must be there.
    ///
    /// - Throws: `ModelFileError` that names the key when it is absent.
    package func required<Value>(_ name: SettingName, _ read: (SettingName) throws -> Value?) throws -> Value {
        if let value = try read(name) { return value }
        let key = self.key(name)
        let hint = NearestName.find(key, in: self.keys).map { " The nearest setting it has is '\($0)'." } ?? ""
        throw ModelFileError(.missingKey, "\(self.source.tensors.path): lacks the setting '\(key)'.\(hint)")
    }

    /// What is thrown where something cannot run here.
    package func unsupported(_ what: String) -> TransformerError {
        TransformerError(.unsupported, "This model cannot run here: \(what).")
    }

    private func value<Value>(
        _ name: SettingName, _ expected: String, _ convert: (JSONValue) -> Value?
    ) throws -> Value? {
        guard let value = self[name] else { return nil }
        guard let converted = convert(value) else {
            throw ModelFileError(
                .wrongType,
                "\(self.source.tensors.path): the setting '\(self.key(name))' must be \(expected), but is of type \(value.typeName)."
            )
        }
        return converted
    }

    private var keys: [String] {
        switch self.source {
        case .gguf(let file): file.metadata.keys
        case .huggingFace(let folder): folder.configuration.objectValue.map { $0.map { $0.key } } ?? []
        }
    }
}

extension GGUFValue {
    /// The same as JSON.
    fileprivate var json: JSONValue {
        if let text = self.stringValue { return .string(text) }
        if let truth = self.boolValue { return .bool(truth) }
        if let integer = self.intValue { return .integer(integer) }
        if let number = self.doubleValue { return .number(number) }
        if let truths = self.boolArray { return .array(truths.map { .bool($0) }) }
        if let integers = self.intArray { return .array(integers.map { .integer($0) }) }
        return .array((self.floatArray ?? []).map { .number(Double($0)) })
    }
}
