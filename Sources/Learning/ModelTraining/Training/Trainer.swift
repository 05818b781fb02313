// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import OrderedCollections

/// Trains a model epoch by epoch, alone or with other processes, and can go on from where it was.
package protocol Trainer {
    /// What the training has come to.
    var history: TrainingHistory { get }
    /// The processes that train together.
    var parallel: DataParallel { get }
    /// What is learnt from and judged by, as a SHA-256.
    var digest: String { get }
    /// Whether a step was made, so that there is something to go on from.
    var hasBegun: Bool { get }
    /// Whether there is nothing more to do.
    var isDone: Bool { get }

    /// Trains for some time, at most to the end of an epoch, which is judged then.
    ///
    /// - Parameters:
    ///   - duration: When to stop, which the leader decides; at least one step is made.
    ///   - onProgress: Is told after each step.
    /// - Throws: ``TrainingError`` with code `.diverged` or `.lostGroup`; `CancellationError` when the task of any process is cancelled, and
    ///   the training can go on from the step after the last.
    mutating func advance(for duration: Duration, _ onProgress: (TrainingProgress) -> Void) throws

    /// Writes all that is needed to go on.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    func writeCheckpoint(to path: String) throws

    /// Goes on from a checkpoint.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data are not those of the checkpoint;
    ///   ``TrainingError``, ``TaskModelError`` or ``ModelFileError`` where it is damaged. The training stays as it was.
    mutating func resume(from path: String) throws

    /// Gives all processes what the leader goes on from; the best model stays with it.
    ///
    /// - Throws: ``TrainingError`` with code `.otherTraining` where settings or data of any process are not those of the leader, or
    ///   `.lostGroup`.
    mutating func synchronize() throws

    /// Writes the model of the best epoch so far.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    func writeBest(to folder: String) throws

    /// The training for programs: settings, data, epochs, and how good the best model is on the development part.
    ///
    /// - Parameter data: Where the data are.
    func report(data: String) -> OrderedDictionary<String, JSONValue>
}
