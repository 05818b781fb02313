// SPDX-License-Identifier: Apache-2.0

import AdaptiveControl
import OpenAutoGLMTesting
import RealModule
import Testing

@Suite("Drift")
struct DriftAlarmTests {
    @Test(
        "False alarms are as rare as was said, for smooth scores, for few different ones, and for constant ones",
        arguments: [0, 5, 1])
    func falseAlarms(values: Int) throws {
        var generator = SeededGenerator(state: 21)
        let (rate, runs) = (0.1, 400)
        var alarms = 0
        for _ in 0..<runs {
            var alarm = try DriftAlarm(falseAlarmRate: rate)
            for _ in 0..<500 {
                let score = Double.random(in: 0..<1, using: &generator)
                alarm.observe(values == 0 ? score * score : Double(Int(score * Double(values))) / 5, using: &generator)
            }
            if alarm.isAlarmed { alarms += 1 }
        }
        // At most a tenth of the runs, and four standard deviations of chance.
        #expect(
            Double(alarms) <= rate * Double(runs) + 4 * (rate * (1 - rate) * Double(runs)).squareRoot(), "\(alarms)")
    }

    @Test("What changes is noticed soon, after a long quiet time, too, in either direction", arguments: [-0.25, 0.25])
    func noticed(shift: Double) throws {
        var generator = SeededGenerator(state: 5)
        var alarm = try DriftAlarm(falseAlarmRate: 0.01)
        alarm.learn((0..<2000).map { _ in Double.random(in: 0.25...0.75, using: &generator) })
        for _ in 0..<1000 { alarm.observe(.random(in: 0.25...0.75, using: &generator), using: &generator) }
        #expect(!alarm.isAlarmed && alarm.count == 1000)
        for _ in 0..<300 { alarm.observe(.random(in: 0.25...0.75, using: &generator) + shift, using: &generator) }
        let at = try #require(alarm.alarmedAt)
        #expect(at > 1000 && at < 1200, "\(at)")
    }

    @Test("Scores that are no numbers, and rates that are none, do no harm")
    func hostile() throws {
        var generator = SeededGenerator(state: 5)
        var alarm = try DriftAlarm()
        for score in [Double.nan, .infinity, -.infinity, -1, 2, 1, 0] { alarm.observe(score, using: &generator) }
        #expect(alarm.logMartingale.isFinite && alarm.count == 7)
        for rate in [0, 1, -1, .nan] {
            #expect(throws: AdaptiveControlError.self) { try DriftAlarm(falseAlarmRate: rate) }
        }
    }
}
