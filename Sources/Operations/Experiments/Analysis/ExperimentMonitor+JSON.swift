// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The strongest evidence seen, which must outlive the process: p-values never rise.
extension ExperimentMonitor {
    /// What ``restore(_:)`` takes.
    package var json: JSONValue {
        let peaks = self.peaks.sorted { ($0.key.metric, $0.key.arm) < ($1.key.metric, $1.key.arm) }
        return [
            "ratio": .number(Self.finite(self.ratioPeak.logarithm)),
            "peaks": .array(
                peaks.map {
                    [
                        "metric": .string($0.key.metric), "arm": .string($0.key.arm),
                        "log_e_value": .number(Self.finite($0.value.logarithm)),
                    ]
                }),
        ]
    }

    /// Goes on with evidence that was seen before; what cannot be read is left out.
    package mutating func restore(_ json: JSONValue) {
        self.ratioPeak.observe(json["ratio"]?.numberValue ?? 0)
        for entry in json["peaks"]?.arrayValue ?? [] {
            guard let metric = entry["metric"]?.stringValue, let arm = entry["arm"]?.stringValue,
                let logarithm = entry["log_e_value"]?.numberValue
            else { continue }
            self.peaks[Question(metric: metric, arm: arm), default: EvidencePeak()].observe(logarithm)
        }
    }

    /// JSON has no infinity.
    private static func finite(_ logarithm: Double) -> Double { min(logarithm, 1e300) }
}
