// SPDX-License-Identifier: Apache-2.0

/// Metrics as Prometheus reads them.
package struct MetricText {
    /// How they are written.
    package enum Format: Sendable, Hashable, CaseIterable {
        /// Prometheus's own text format, which has no exemplars.
        case prometheus
        /// OpenMetrics 1.0, with exemplars.
        case openMetrics

        /// The media type.
        package var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// The format that a client's `Accept` asks for.
        package init(accept: String?) {
            self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }
    }

    private let format: Format
    private var text = ""

    /// Writes metrics.
    package static func write(_ metrics: [MetricSnapshot], as format: Format) -> String {
        var writer = Self(format: format)
        for metric in metrics { writer.write(metric) }
        if format == .openMetrics { writer.text += "# EOF\n" }
        return writer.text
    }

    private init(format: Format) { self.format = format }

    private mutating func write(_ metric: MetricSnapshot) {
        let name = Self.name(metric.description)
        switch metric.values {
        case .counter(let points):
            // OpenMetrics names the family without the ending that its samples have.
            self.head(self.format == .openMetrics ? name : name + "_total", "counter", metric.description)
            for point in points { self.sample("\(name)_total", metric.labels(point.labels), Self.number(point.value)) }
        case .gauge(let points):
            self.head(name, "gauge", metric.description)
            for point in points { self.sample(name, metric.labels(point.labels), Self.number(point.value)) }
        case .histogram(let bounds, let points):
            self.head(name, "histogram", metric.description)
            for point in points { self.histogram(name, bounds, metric.labels(point.labels), point.value) }
        }
    }

    private mutating func histogram(
        _ name: String, _ bounds: [Double], _ labels: [(name: String, value: String)],
        _ distribution: Histogram.Distribution
    ) {
        var count = 0
        for (index, more) in distribution.counts.enumerated() {
            count += more
            let bound = index < bounds.count ? Self.number(bounds[index]) : "+Inf"
            self.sample(
                "\(name)_bucket", labels + [("le", bound)], "\(count)", exemplar: distribution.exemplars[index])
        }
        self.sample("\(name)_sum", labels, Self.number(distribution.sum))
        self.sample("\(name)_count", labels, "\(count)")
    }

    private mutating func head(_ name: String, _ type: String, _ description: MetricDescription) {
        self.text += "# HELP \(name) \(Self.escaped(description.help, quotes: self.format == .openMetrics))\n"
        self.text += "# TYPE \(name) \(type)\n"
        if self.format == .openMetrics, let unit = Self.unit(description.unit) {
            self.text += "# UNIT \(name) \(unit)\n"
        }
    }

    private mutating func sample(
        _ name: String, _ labels: [(name: String, value: String)], _ value: String, exemplar: Exemplar? = nil
    ) {
        self.text += name
        self.write(labels)
        self.text += " \(value)"
        if self.format == .openMetrics, let exemplar {
            self.text += " # "
            self.write([("trace_id", "\(exemplar.trace.traceID)"), ("span_id", "\(exemplar.trace.spanID)")])
            self.text += " \(Self.number(exemplar.value)) \(Self.number(Double(exemplar.time / 1_000_000) / 1000))"
        }
        self.text += "\n"
    }

    private mutating func write(_ labels: [(name: String, value: String)]) {
        guard !labels.isEmpty else { return }
        let pairs = labels.map { "\(Self.word($0.name))=\"\(Self.escaped($0.value, quotes: true))\"" }
        self.text += "{\(pairs.joined(separator: ","))}"
    }

    // MARK: - Names and values

    /// A name in Prometheus's manner: underscores for dots, and the unit at its end.
    package static func name(_ description: MetricDescription) -> String {
        let name = self.word(description.name)
        guard let unit = self.unit(description.unit), !name.hasSuffix("_\(unit)") else { return name }
        return "\(name)_\(unit)"
    }

    /// A unit in words; nil for none, and for what is counted.
    private static func unit(_ unit: String) -> String? {
        switch unit {
        case "s": "seconds"
        case "By": "bytes"
        case "1": "ratio"
        default: nil
        }
    }

    private static func word(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String { value == .infinity ? "+Inf" : "\(value)" }
}
