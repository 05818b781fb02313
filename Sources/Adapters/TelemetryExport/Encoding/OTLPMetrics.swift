// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Observability
internal import SwiftProtobuf

extension OTLP_Metric {
    /// A metric, all that was counted since the program began.
    ///
    /// - Parameters:
    ///   - start: When counting began, in nanoseconds since 1970.
    ///   - now: The time, in nanoseconds since 1970.
    init(_ snapshot: MetricSnapshot, start: UInt64, now: UInt64) {
        self.init()
        self.name = snapshot.description.name
        self.description_p = snapshot.description.help
        self.unit = snapshot.description.unit
        func attributes(_ labels: [String]) -> [OTLP_KeyValue] {
            snapshot.labels(labels).map { OTLP_KeyValue($0.name, .string($0.value)) }
        }
        func numbers(_ points: MetricSnapshot.Points<Double>) -> [OTLP_NumberDataPoint] {
            points.map { point in
                OTLP_NumberDataPoint.with {
                    $0.attributes = attributes(point.labels)
                    ($0.startTimeUnixNano, $0.timeUnixNano, $0.asDouble) = (start, now, point.value)
                }
            }
        }
        switch snapshot.values {
        case .counter(let points):
            self.sum = .with {
                ($0.dataPoints, $0.aggregationTemporality, $0.isMonotonic) = (
                    numbers(points), OTLP_AggregationTemporality.cumulative, true
                )
            }
        case .gauge(let points): self.gauge = .with { $0.dataPoints = numbers(points) }
        case .histogram(let bounds, let points):
            self.histogram = .with { histogram in
                histogram.aggregationTemporality = .cumulative
                histogram.dataPoints = points.map { point in
                    OTLP_HistogramDataPoint.with {
                        $0.attributes = attributes(point.labels)
                        ($0.startTimeUnixNano, $0.timeUnixNano) = (start, now)
                        ($0.count, $0.sum) = (UInt64(point.value.count), point.value.sum)
                        $0.bucketCounts = point.value.counts.map { UInt64($0) }
                        $0.explicitBounds = bounds
                        $0.exemplars = point.value.exemplars.compactMap { $0.map { OTLP_Exemplar($0) } }
                    }
                }
            }
        }
    }
}

extension OTLP_Exemplar {
    fileprivate init(_ exemplar: Exemplar) {
        self.init()
        (self.timeUnixNano, self.asDouble) = (exemplar.time, exemplar.value)
        self.traceID = Data(exemplar.trace.traceID.bytes)
        self.spanID = Data(exemplar.trace.spanID.bytes)
    }
}
