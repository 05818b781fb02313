// SPDX-License-Identifier: Apache-2.0

internal import ModelTraining

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the first of several processes says on stderr; the others are silent.
struct LeadingSpeaker {
    private let bar: ProgressBar?

    init(_ group: any ProcessGroup) { self.bar = group.isLeader ? ProgressBar() : nil }

    /// Says a line.
    func note(_ text: String) {
        guard let bar else { return }
        bar.end()
        Console.note(text)
    }

    /// Shows some steps of what is being done, as ``ProgressBar`` does.
    func show(_ label: String, _ text: String, _ step: Int, of steps: Int) {
        self.bar?.show(label, text, step, of: steps)
    }

    /// Ends the line of what is being done.
    func endBar() { self.bar?.end() }
}

extension ProcessGroup {
    /// Who trains together, for those who want to watch or end one of them; nil for a process that is alone.
    func processNumbers() throws -> String? {
        guard self.size > 1 else { return nil }
        let numbers = try self.gathered(Int(getpid())).map(String.init)
        return "\(self.size) processes train together: \(numbers.joined(separator: ", "))."
    }
}
