// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineReader {
    static let scheduleKeys = ["every", "cron", "timezone", "missed", "inputs"]

    /// When runs begin by themselves; nil if something is wrong with it, which has been told.
    ///
    /// - Parameter declared: The pipeline's inputs.
    mutating func schedule(_ member: SourceNode.Member, for declared: [PipelineInput]) -> RunSchedule? {
        let before = self.issues.count
        let members = self.members(of: member.value, "'schedule'", known: Self.scheduleKeys)
        let fields = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
        let timing = self.timing(fields, member)
        let missed = fields["missed"].flatMap { self.missedPolicy($0) } ?? .once
        let inputs = fields["inputs"].map { self.scheduledInputs($0, declared) } ?? [:]
        guard let timing, self.issues.count == before else { return nil }
        do { return try RunSchedule(timing, missed: missed, inputs: inputs) } catch {
            let place = (fields["timezone"] ?? fields["cron"] ?? fields["every"] ?? member).value.place
            self.issues.append(PipelineIssue(place, error.message))
            return nil
        }
    }

    private mutating func timing(_ fields: Fields, _ member: SourceNode.Member) -> RunSchedule.Timing? {
        if let second = fields["cron"], fields["every"] != nil {
            self.issues.append(
                PipelineIssue(
                    second.keyPlace, "'schedule' has both 'every' and 'cron'.", suggestion: "Keep one of them."))
        }
        if let zone = fields["timezone"], fields["cron"] == nil, fields["every"] != nil {
            self.issues.append(
                PipelineIssue(
                    zone.keyPlace, "'timezone' does not go with 'every', which counts the time that passes.",
                    suggestion: "Remove it, or write 'cron'."))
        }
        if let every = fields["every"] {
            guard let duration = self.duration(every) else { return nil }
            let (seconds, fraction) = duration.components
            if fraction == 0 { return .every(seconds: Int(seconds)) }
            self.wrongType(every, "whole seconds", example: "1h")
        } else if let cron = fields["cron"], let text = self.text(cron) {
            let zone = fields["timezone"].flatMap { self.text($0) } ?? "UTC"
            do { return .cron(try CronExpression(text), zone: zone) } catch {
                self.issues.append(PipelineIssue(cron.value.place, error.message))
            }
        } else if fields["cron"] == nil, member.value.members?.count == fields.count {
            self.issues.append(
                PipelineIssue(
                    member.value.place, "'schedule' does not say when.",
                    suggestion: "Add 'every: 1h', or 'cron: \"0 7 * * mon-fri\"' with a 'timezone'."))
        }
        return nil
    }

    private mutating func missedPolicy(_ member: SourceNode.Member) -> RunSchedule.MissedPolicy? {
        guard let word = self.text(member) else { return nil }
        let policy = RunSchedule.MissedPolicy(rawValue: word)
        if policy == nil {
            let known = RunSchedule.MissedPolicy.allCases.map(\.rawValue)
            self.issues.append(
                PipelineIssue(
                    member.value.place, "'missed' cannot be '\(word)'.",
                    suggestion: NearestName.hint(for: word, in: known)))
        }
        return policy
    }

    /// The values for the pipeline's inputs; those that are not given here are given when the schedule is stored.
    private mutating func scheduledInputs(
        _ member: SourceNode.Member, _ declared: [PipelineInput]
    ) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for field in self.members(of: member.value, "'inputs' of the schedule", known: declared.map(\.name)) {
            let value = field.value.json
            if let input = declared.first(where: { $0.name == field.key }), !input.type.holds(value) {
                self.wrongType(field, "of type \(input.type.rawValue)", example: input.type.example)
            }
            values[field.key] = value
        }
        return values
    }
}
