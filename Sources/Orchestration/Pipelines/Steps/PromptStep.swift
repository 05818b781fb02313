// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import ResultParsing
internal import TaskRouting

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Fills a template.
public struct PromptStep: PipelineStep {
    private static let sources = ["template", "template_file", "library", "profile"]
    private static let maximumFileSize = 1 << 20

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "prompt",
            summary: "Fills a template, written out, from a file, from a library, or that of a task.",
            inputs: [
                StepPort("template", .string, "The template itself."),
                StepPort("template_file", .string, "A file with the template, relative to the pipeline's folder."),
                StepPort(
                    "library", .string, "A template in the folder 'prompts' beside the pipeline, such as 'extract@^1'."),
                StepPort("profile", .string, "A task whose standard template is used, such as '${route.task}'."),
                StepPort(
                    "engine", .string, "How the template is written; 'format' if not given.",
                    choices: TemplateEngine.allCases.map(\.rawValue)),
                StepPort("labels", .array, "The labels a classification chooses from, such as '${route.labels}'."),
                StepPort("text", .string, "The value of the variable 'text'."),
                StepPort("variables", .object, "The values of the template's variables."),
                .model,
            ],
            outputs: [
                StepPort("text", .string, "The filled template."),
                StepPort("raw", .boolean, "Whether the model is to continue the text rather than answer it."),
            ], effect: .pure)
    }

    /// Checks that there is exactly one template, and that it can be read.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        let given = Self.sources.filter(inputs.names.contains)
        guard given.count == 1 else {
            let problem =
                given.isEmpty ? "names no template" : "names several templates: \(given.joined(separator: ", "))"
            return [
                StaticInputs.Problem(
                    nil, "The step \(problem).",
                    suggestion: "Give exactly one of \(Self.sources.joined(separator: ", ")).")
            ]
        }
        if let reference = inputs.literals["library"]?.stringValue {
            do {
                try PromptRendering.check(library: reference)
            } catch { return [StaticInputs.Problem("library", "The template cannot be found: \(error)")] }
        }
        guard let template = inputs.literals["template"]?.stringValue else { return [] }
        let engine = inputs.literals["engine"]?.stringValue.flatMap(TemplateEngine.init) ?? .format
        do {
            try PromptRendering.check(template, engine: engine)
            return []
        } catch {
            return [StaticInputs.Problem("template", "The template cannot be read: \(error)")]
        }
    }

    /// Fills the template.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        var variables = inputs["variables"]?.objectValue ?? [:]
        if let text = inputs["text"] { variables["text"] = text }
        let values = Dictionary(uniqueKeysWithValues: variables.map { ($0.key, $0.value) })
        let engine = inputs.string("engine").flatMap(TemplateEngine.init)
        var isRaw = false
        let text: String
        if let template = inputs.string("template") {
            text = try PromptRendering.render(template, engine: engine ?? .format, values)
        } else if let file = inputs.string("template_file") {
            let source = try Self.read(file, in: context.baseFolder)
            let isJinja = file.hasSuffix(".jinja") || file.hasSuffix(".j2")
            text = try PromptRendering.render(source, engine: engine ?? (isJinja ? .jinja : .format), values)
        } else if let reference = inputs.string("library") {
            let folder = try Self.path("prompts", in: context.baseFolder)
            text = try PromptRendering.render(library: reference, folder: folder, values)
        } else {
            let profile = TaskProfile.standard(
                try TaskType(named: inputs.requiredString("profile")), labels: try inputs.strings("labels"))
            isRaw = profile.isContinued && context.model.capabilities.contains(.rawPrompts)
            text = try PromptRendering.render(profile.template, engine: .format, values)
        }
        return ["text": .string(text), "raw": .bool(isRaw)]
    }

    private static func path(_ name: String, in folder: String?) throws -> String {
        guard let folder else {
            throw PipelineError(.unreadableFile, "'\(name)' cannot be found: the pipeline was not read from a folder.")
        }
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            throw PipelineError(.unreadableFile, "'\(name)' is outside the pipeline's folder; move the file into it.")
        }
        return "\(folder)/\(name)"
    }

    private static func read(_ name: String, in folder: String?) throws -> String {
        let path = try Self.path(name, in: folder)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PipelineError(.unreadableFile, "The template file '\(path)' is not there or cannot be read.")
        }
        guard data.count <= Self.maximumFileSize, let text = String(validating: data, as: UTF8.self) else {
            throw PipelineError(.unreadableFile, "The template file '\(path)' is no UTF-8 text of at most 1 MiB.")
        }
        return Self.withoutFrontMatter(text)
    }

    /// The text after a YAML head between two lines of `---`, where template libraries keep a template's name and version.
    private static func withoutFrontMatter(_ text: String) -> String {
        guard text.hasPrefix("---\n"), let end = text.dropFirst(3).rangeOfText("\n---\n") else { return text }
        return String(text[end.upperBound...])
    }
}
