// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

/// Reads, writes and lists files in folders that are allowed.
///
/// In a pipe it writes what flows: a text as it comes, elements a line each.
public struct FileStep: StreamingStep {
    private static let maximumBytes = 16 << 20
    private static let writing = ["write", "append"]
    private let folders: StepFolders

    /// Makes the step.
    public init(_ access: StepAccess) { self.folders = StepFolders(access: access) }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "file", summary: "Reads, writes or lists files in folders that are allowed; links are not followed.",
            inputs: [
                StepPort(
                    "action", .string, "What to do.", isRequired: true, choices: ["read", "write", "append", "list"]),
                StepPort(
                    "path", .string, "The file's or the folder's name, inside the allowed folder.", isRequired: true),
                StepFolders.port,
                StepPort(
                    "value", .any,
                    "For write: a text, or a value that is written as JSON; for append each element in a line.",
                    isStream: true),
            ],
            outputs: [
                StepPort("text", .any, "For read: the file's text; else null."),
                StepPort("names", .array, "For list: the names, those of folders with '/' at their end."),
                StepPort("bytes", .integer, "How many bytes were read or written."),
            ])
    }

    /// Checks that what is to be written is given, and the folder allowed.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = self.folders.check(inputs)
        if let action = inputs.literals["action"]?.stringValue,
            Self.writing.contains(action) != inputs.names.contains("value")
        {
            problems.append(
                Self.writing.contains(action)
                    ? .init(nil, "The step lacks what it is to write.", suggestion: "Give 'value'.")
                    : .init("value", "'value' does nothing where a file is not written.", suggestion: "Leave it out."))
        }
        return problems
    }

    /// Does it.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let (action, path) = (try inputs.requiredString("action"), try inputs.requiredString("path"))
        let folder = try OpenFolder(
            self.folders.path(inputs, context, forWriting: Self.writing.contains(action)))
        switch action {
        case "list":
            let names = try folder.list(path)
            return ["text": .null, "names": .array(names.map { .string($0) }), "bytes": 0]
        case "write":
            let value = inputs["value"] ?? .null
            let bytes = Array((value.stringValue ?? value.serialized(indentation: 2) + "\n").utf8)
            try folder.write(bytes, to: path)
            return ["text": .null, "names": [], "bytes": .integer(bytes.count)]
        case "append":
            let bytes = Self.lines(inputs["value"] ?? .null)
            try await SharedAppend(bytes, to: path, in: folder).perform(context)
            return ["text": .null, "names": [], "bytes": .integer(bytes.count)]
        default:
            let bytes = try folder.read(path, maximumBytes: Self.maximumBytes)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw PipelineError(.unreadableFile, "'\(path)' is no UTF-8 text.")
            }
            return ["text": .string(text), "names": [], "bytes": .integer(bytes.count)]
        }
    }

    /// What is appended of a value that is there already: a text as it is, anything else in lines.
    private static func lines(_ value: JSONValue) -> [UInt8] {
        if let text = value.stringValue { return Array(text.utf8) }
        let elements = value == .null ? [] : value.arrayValue ?? [value]
        return elements.flatMap { Self.line($0) }
    }

    private static func line(_ value: JSONValue) -> [UInt8] { Self.text(value) + Array("\n".utf8) }

    private static func text(_ value: JSONValue) -> [UInt8] { Array((value.stringValue ?? value.serialized()).utf8) }

    /// Writes what comes: at the end of a file, or into a new one that takes the old one's place when all has come.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let (action, path) = (try inputs.requiredString("action"), try inputs.requiredString("path"))
        guard Self.writing.contains(action) else {
            throw PipelineError(.invalidValue, "'\(action)' takes nothing that flows; 'write' and 'append' do.")
        }
        let folder = try OpenFolder(self.folders.path(inputs, context, forWriting: true))
        var bytes = 0
        func write(to file: WrittenFile) async throws {
            for try await piece in flow.pieces {
                let part = flow.isText ? Self.text(piece) : Self.line(piece)
                try file.append(part)
                bytes += part.count
            }
            try file.sync()
        }
        if action == "append" {
            let file = try folder.append(to: path)
            // What an earlier attempt of the pipe has written is taken back first.
            let beginning = try await context.note("beginning") { .integer(try file.length()) }
            if !beginning.isNew, let length = beginning.value.integerValue { try file.cut(to: length) }
            try await write(to: file)
        } else {
            let draft = try folder.draft(of: path)
            try await write(to: draft.file)
            try draft.finish()
        }
        return ["text": .null, "names": [], "bytes": .integer(bytes)]
    }
}
