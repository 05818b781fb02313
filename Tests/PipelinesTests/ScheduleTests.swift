// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONSchemas
import LLMCore
import Pipelines
import SourceDocuments
import Testing

@Suite("Schedules")
struct ScheduleTests {
    private static func moment(_ text: String) throws -> Int {
        Int(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    private static func text(_ moment: Int) -> String {
        Date(timeIntervalSince1970: Double(moment)).ISO8601Format()
    }

    /// An expression, a zone, a moment in UTC, and the moments after it in UTC, their year left out where it is the same.
    struct Case: Sendable, CustomTestStringConvertible {
        let cron: String
        let zone: String
        let after: String
        let next: [String]
        var testDescription: String { "\(self.cron) in \(self.zone) after \(self.after)" }

        init(_ cron: String, _ zone: String, _ after: String, _ next: String...) {
            (self.cron, self.zone, self.after, self.next) = (cron, zone, after, next)
        }
    }

    @Test(
        "The next times are those of the calendar and of the zone's clocks, when these are changed, too",
        arguments: [
            Case(
                "0 7 * * mon-fri", "Asia/Shanghai", "2026-11-27T00:00:00Z", "2026-11-29T23:00:00Z",
                "2026-11-30T23:00:00Z"),
            Case("*/15 * * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"),
            Case("*/15 * * * *", "UTC", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
            Case("0 6 * * *", "Asia/Kathmandu", "2026-01-01T00:15:00Z", "2026-01-02T00:15:00Z"),
            Case("5 4 1 jan *", "UTC", "2026-01-01T04:05:00Z", "2027-01-01T04:05:00Z"),
            Case("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            Case("0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
            Case("0 0 31 * *", "UTC", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"),
            // Either day is enough; with a star in one of them the other one decides.
            Case(
                "0 12 13 * FRI", "UTC", "2026-11-28T00:00:00Z", "2026-12-04T12:00:00Z", "2026-12-11T12:00:00Z",
                "2026-12-13T12:00:00Z"),
            Case("0 12 */2 * fri", "UTC", "2026-11-28T00:00:00Z", "2026-12-11T12:00:00Z", "2026-12-25T12:00:00Z"),
            Case("0 0 * * 7", "UTC", "2026-11-28T12:00:00Z", "2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"),
            Case("0 0 * * fri-sun", "UTC", "2026-11-28T12:00:00Z", "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z"),
            Case(
                "10-50/20,5 8 * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T08:05:00Z", "2026-01-01T08:10:00Z",
                "2026-01-01T08:30:00Z"),
            // Put forward from 2 to 3 o'clock: a time in between comes when they are, once.
            Case("30 2 * * *", "Europe/Berlin", "2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            Case(
                "0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z",
                "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"),
            Case("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"),
            Case(
                "0 2 * * *", "America/New_York", "2026-03-07T08:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"),
            // Put back from 3 to 2 o'clock: what comes at a time comes once, what comes every hour goes on.
            Case("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            Case(
                "30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
                "2026-10-25T02:30:00Z"),
            Case("0 3 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"),
            // By half an hour, and by a whole day.
            Case(
                "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z",
                "2026-10-04T15:15:00Z"),
            Case(
                "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z",
                "2026-04-05T15:15:00Z"),
            Case("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"),
        ])
    func next(item: Case) throws {
        let schedule = try RunSchedule(.cron(CronExpression(item.cron), zone: item.zone))
        var moment = try Self.moment(item.after)
        for expected in item.next {
            moment = try #require(schedule.next(after: moment))
            #expect(Self.text(moment) == expected)
        }
    }

    @Test("Lengths of time are counted from 1970", arguments: [(0, 3_600), (3_599, 3_600), (3_600, 7_200), (-1, 0)])
    func every(after: Int, expected: Int) throws {
        #expect(try RunSchedule(.every(seconds: 3_600)).next(after: after) == expected)
    }

    private static func yaml(_ schedule: String) -> String {
        """
        pipeline: p
        inputs: {topic: {type: string}, count: {type: integer, default: 1}}
        schedule: \(schedule)
        steps: [{uses: input, with: {text: "${inputs.topic}"}}]
        output: "${input.text}"
        """
    }

    @Test(
        "A schedule is read, and fits the schema for editors",
        arguments: [
            ("{every: 1h}", "every 1h", RunSchedule.MissedPolicy.once, [:]),
            ("{every: 90, missed: skip}", "every 90s", .skip, [:]),
            (
                "{cron: \"0 7 * * mon-fri\", timezone: Asia/Shanghai, inputs: {topic: rain, count: 2}}",
                "'0 7 * * mon-fri' in Asia/Shanghai", .once, ["topic": "rain", "count": 2]
            ),
            ("{cron: \"*/5 * * * *\", missed: once}", "'*/5 * * * *' in UTC", .once, [:]),
        ] as [(String, String, RunSchedule.MissedPolicy, [String: JSONValue])])
    func reads(yaml: String, words: String, missed: RunSchedule.MissedPolicy, inputs: [String: JSONValue]) throws {
        let schedule = try #require(try Pipeline(yaml: Self.yaml(yaml)).schedule)
        #expect("\(schedule)" == words)
        #expect(schedule.missed == missed)
        #expect(schedule.inputs == inputs)
        var reader = SourceReader(file: "p.yaml", beginning: "")
        let json = try reader.read(Self.yaml(yaml)).json
        #expect(try JSONSchema(PipelineSchema.schema()).validate(json).isEmpty)
    }

    @Test(
        "What is wrong with a schedule is told with its place",
        arguments: [
            ("1h", "3:11: 'schedule' must be a mapping"),
            ("{}", "3:11: 'schedule' does not say when. Add 'every: 1h'"),
            ("{evry: 1h}", "3:12: 'schedule' has the unknown key 'evry'. Did you mean 'every'?"),
            ("{every: 1h, cron: \"0 7 * * *\"}", "3:23: 'schedule' has both"),
            ("{every: 1h, timezone: UTC}", "'timezone' does not go with 'every'"),
            ("{every: soon}", "3:19: 'every' must be a length of time"),
            ("{every: 500ms}", "'every' must be whole seconds"), ("{every: 0}", "it must be from 1s to 366d"),
            ("{cron: \"0 7 * *\"}", "has 4 fields; it must have five"),
            ("{cron: \"60 7 * * *\"}", "The minute '60' of a cron expression cannot be read: it must be from 0 to 59."),
            ("{cron: \"0 7 * * mon-fry\"}", "it must be from 0 to 7, or a name such as mon"),
            ("{cron: \"0 7-5 * * *\"}", "the range runs backwards"),
            ("{cron: \"0 7/2 * * *\"}", "stands behind '*' or a range"),
            ("{cron: \"0 */0 * * *\"}", "stands behind '*' or a range"),
            ("{cron: \"0 7 * * ,\"}", "it must be from 0 to 7"),
            ("{cron: \"0 0 30 2 *\"}", "never comes"),
            ("{cron: \"0 7 * * *\", timezone: Asia/Shangai}", "Did you mean 'Asia/Shanghai'?"),
            ("{cron: \"0 7 * * *\", timezone: nowhere at all}", "as the IANA database does"),
            ("{every: 1h, missed: always}", "'missed' cannot be 'always'. Known: once, skip."),
            ("{every: 1h, inputs: {topc: x}}", "Did you mean 'topic'?"),
            ("{every: 1h, inputs: {topic: 3}}", "'topic' must be of type string"),
        ])
    func mistakes(yaml: String, words: String) throws {
        let error = #expect(throws: InvalidPipelineError.self) { try Pipeline(yaml: Self.yaml(yaml)) }
        #expect(error?.issues.count == 1)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
}
