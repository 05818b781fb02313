// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

/// Writes what models have done in Prometheus's text form, under Triton's names.
package enum PrometheusText {
    /// The media type of the text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private struct Line {
        /// What comes after the metric's name.
        var suffix = ""
        var labels: String
        var value: String
    }

    private typealias Figures = (labels: String, model: LoadedModel, snapshot: ModelStatistics.Snapshot)

    /// The figures of some models.
    package static func text(for models: [LoadedModel]) -> String {
        let figures: [Figures] = models.map { model in
            (Self.labels(of: model), model, model.statistics.snapshot)
        }
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ lines: (Figures) -> [Line]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for line in figures.flatMap(lines) { text += "\(name)\(line.suffix){\(line.labels)} \(line.value)\n" }
        }
        func counter(_ name: String, _ help: String, _ value: @escaping (ModelStatistics.Snapshot) -> UInt64) {
            add(name, "counter", help) { [Line(labels: $0.labels, value: "\(value($0.snapshot))")] }
        }
        counter("nv_inference_request_success", "Requests that were answered") { $0.success.count }
        add("nv_inference_request_failure", "counter", "Requests that failed") { figure in
            ModelStatistics.FailureReason.allCases.map { reason in
                Line(
                    labels: "\(figure.labels),reason=\"\(reason.rawValue)\"",
                    value: "\(figure.snapshot.failures[reason] ?? 0)")
            }
        }
        counter("nv_inference_count", "Inferences; a batch counts by its size") { $0.inferences }
        counter("nv_inference_exec_count", "Runs; a batch counts once") { $0.executions }
        counter("nv_inference_request_duration_us", "Microseconds of requests from arrival to answer") {
            $0.success.nanoseconds / 1000
        }
        counter("nv_inference_queue_duration_us", "Microseconds in the queue") { $0.queue.nanoseconds / 1000 }
        counter("nv_inference_compute_input_duration_us", "Microseconds of gathering inputs") {
            $0.input.nanoseconds / 1000
        }
        counter("nv_inference_compute_infer_duration_us", "Microseconds of running the model") {
            $0.infer.nanoseconds / 1000
        }
        counter("nv_inference_compute_output_duration_us", "Microseconds of handing out outputs") {
            $0.output.nanoseconds / 1000
        }
        add("nv_inference_pending_request_count", "gauge", "Requests that wait for a run") {
            [Line(labels: $0.labels, value: "\($0.model.pendingCount)")]
        }
        add(
            "nv_inference_first_response_histogram_ms", "histogram",
            "Milliseconds until the first answer of models that answer any number of times"
        ) { $0.model.configuration.isDecoupled ? Self.histogram($0) : [] }
        return text
    }

    private static func histogram(_ figure: Figures) -> [Line] {
        let (labels, snapshot) = (figure.labels, figure.snapshot)
        var lines: [Line] = []
        var sum: UInt64 = 0
        for (bound, count) in zip(ModelStatistics.Snapshot.firstResponseBounds + [.infinity], snapshot.firstResponses) {
            sum += count
            let label = bound.isFinite ? "\(Int(bound))" : "+Inf"
            lines.append(Line(suffix: "_bucket", labels: "\(labels),le=\"\(label)\"", value: "\(sum)"))
        }
        lines.append(Line(suffix: "_sum", labels: labels, value: "\(snapshot.firstResponseMilliseconds)"))
        lines.append(Line(suffix: "_count", labels: labels, value: "\(sum)"))
        return lines
    }

    private static func labels(of model: LoadedModel) -> String {
        let tags = model.configuration.message.metricTags.sorted { $0.key < $1.key }.filter { tag in
            // Only what may be a label's name, and no name twice.
            tag.key != "model" && tag.key != "version" && tag.key != "reason" && tag.key != "le"
                && tag.key.first?.isNumber == false
                && tag.key.utf8.allSatisfy { $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
        }
        let all = [("model", model.configuration.name), ("version", model.version)] + tags.map { ($0.key, $0.value) }
        return all.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
