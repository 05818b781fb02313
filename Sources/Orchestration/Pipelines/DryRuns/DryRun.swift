// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import TaskRouting

/// Goes through a pipeline without doing anything outside and without a model.
///
/// Steps that change nothing are done; all others take recorded answers. A `parse` or `route` step without an answer is
/// done, too, and needs one only where it comes to ask a model. Waits and sleeps pass at once, and so do breakpoints.
/// ```swift
/// let answers = RecordedAnswers(["ask": ["text": "Paris"], "ok": "yes"])
/// let result = try await DryRun(answers).run(pipeline, inputs: ["country": "France"])
/// ```
public struct DryRun: Sendable {
    /// What the steps gave that are not done.
    public var answers: RecordedAnswers
    /// Identifies tasks as far as its rules reach.
    public var router: TaskRouter
    /// Where relative file names in pipelines start, such as those of templates; nil forbids them.
    public var baseFolder: String?

    /// Prepares dry runs.
    public init(_ answers: RecordedAnswers, router: TaskRouter = TaskRouter(), baseFolder: String? = nil) {
        self.answers = answers
        self.router = router
        self.baseFolder = baseFolder
    }

    /// Goes through a pipeline.
    ///
    /// - Parameters:
    ///   - pipeline: What to go through.
    ///   - inputs: A value for each input that has no default.
    ///   - onEvent: Told of every step.
    /// - Returns: The output, and what the steps did; ``StepRecord/wasRecorded`` marks those that took an answer.
    /// - Throws: ``PipelineError`` with code `.unanswered` where a step has no recorded answer, `.invalidAnswer` where one
    ///   does not fit its step, or whatever the pipeline fails with.
    public func run(
        _ pipeline: Pipeline, inputs: [String: JSONValue] = [:], onEvent: (@Sendable (PipelineEvent) -> Void)? = nil
    ) async throws -> PipelineResult {
        let book = try AnswerBook(self.answers, for: pipeline)
        var runner = PipelineRunner(
            model: AbsentModel { AbsentModel.refusal("A dry run asks no model.") }, router: self.router,
            baseFolder: self.baseFolder)
        runner.substitute = { call in AbsentModel { book.refuse(call) } }
        do {
            let result = try await runner.run(pipeline, inputs: inputs, journal: book, onEvent: onEvent)
            try book.check()
            return result
        } catch let error as CancellationError {
            throw error
        } catch {
            // What is missing says more than what came of it.
            try book.check()
            throw error
        }
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A step that is not done has no recorded answer.
    public static var unanswered: Self { "unanswered" }
    /// A recorded answer does not fit its step, or no step at all.
    public static var invalidAnswer: Self { "invalid-answer" }
}
