// SPDX-License-Identifier: Apache-2.0

internal import SourceDocuments

extension Pipeline {
    /// Reads a pipeline from YAML and checks it.
    ///
    /// ```yaml
    /// pipeline: capital
    /// inputs:
    ///   country: {type: string}
    /// steps:
    ///   - id: answer
    ///     uses: generate
    ///     with: {prompt: "The capital of ${inputs.country}?"}
    /// output: "${answer.text}"
    /// ```
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    ///   - registry: The kinds of steps that it may use.
    ///   - include: Gives the text of a file that a step calls, by its path as it is written; nil where there is none.
    /// - Throws: ``InvalidPipelineError`` with everything that is wrong, each with its line and column.
    public init(
        yaml: String, file: String = "pipeline.yaml", registry: StepRegistry = .standard,
        include: @escaping (String) throws -> String? = { _ in nil }
    ) throws {
        var reader = PipelineReader(file: file, include: include)
        guard let content = reader.read(yaml, file: file) else { throw InvalidPipelineError(reader.issues) }
        try self.init(content, issues: reader.issues, included: reader.included, registry: registry)
    }
}
