// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// What accuracy costs, as a picture: the cascade's curve, and static rules.
package struct FrontierPicture {
    private static let (width, height, left, top, plotWidth, plotHeight) = (720, 430, 70, 44, 600, 300)
    private let study: CascadeStudy
    private let title: String
    private let models: [String]

    /// Draws a study.
    ///
    /// - Parameters:
    ///   - title: What stands above the picture.
    ///   - models: The names of the models.
    package init(_ study: CascadeStudy, title: String, models: [String]) {
        (self.study, self.title, self.models) = (study, title, models)
    }

    /// The picture.
    package var svg: String {
        let (curve, rules) = (self.study.curve, self.study.rules)
        let scale = Scale(
            costs: curve.map(\.cost) + rules.map(\.cost),
            accuracies: curve.flatMap { [$0.adaptive, $0.best] } + rules.map(\.accuracy))
        let lines = [
            Self.line("static", curve.map { scale.point($0.cost, $0.best) }),
            Self.line("adaptive", curve.map { scale.point($0.cost, $0.adaptive) }),
        ]
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" viewBox="0 0 \(Self.width) \(Self.height)">
            <style>
            text { font-family: sans-serif; font-size: 12px; fill: #1f2933 }
            .title { font-size: 14px; font-weight: bold }
            .grid { stroke: #cbd2d9; stroke-width: 1 }
            .curve { fill: none; stroke-width: 2 }
            .adaptive { stroke: #c05621 } .static { stroke: #829ab1; stroke-dasharray: 5 3 }
            .rule { fill: #829ab1 } .model { fill: #334e68 } .chosen { fill: #c05621 }
            .end { text-anchor: end } .middle { text-anchor: middle }
            </style>
            <rect width="\(Self.width)" height="\(Self.height)" fill="#ffffff"/>
            <text class="title" x="\(Self.left)" y="24">\(self.title.escapedForXML)</text>
            \((Self.grid(scale) + lines + self.dots(scale) + Self.legend).joined(separator: "\n"))
            </svg>

            """
    }

    /// Where costs, in their logarithm, and accuracies lie.
    private struct Scale {
        let costs: ClosedRange<Double>, accuracies: ClosedRange<Double>

        init(costs: [Double], accuracies: [Double]) {
            let (cheapest, dearest) = (costs.min() ?? 0.01, costs.max() ?? 1)
            self.costs = max(1e-9, cheapest)...max(1.01, dearest)
            let (lowest, highest) = (accuracies.min() ?? 0, accuracies.max() ?? 1)
            let margin = max(0.002, (highest - lowest) * 0.08)
            self.accuracies = lowest - margin...highest + margin
        }

        func point(_ cost: Double, _ accuracy: Double) -> (x: Double, y: Double) {
            let (low, high) = (log(self.costs.lowerBound), log(self.costs.upperBound))
            let across = (log(max(cost, self.costs.lowerBound)) - low) / (high - low)
            let up =
                (accuracy - self.accuracies.lowerBound) / (self.accuracies.upperBound - self.accuracies.lowerBound)
            return (
                Double(FrontierPicture.left) + across * Double(FrontierPicture.plotWidth),
                Double(FrontierPicture.top) + (1 - up) * Double(FrontierPicture.plotHeight)
            )
        }
    }

    private static func line(_ kind: String, _ points: [(x: Double, y: Double)]) -> String {
        let places = points.map { String(format: "%.1f,%.1f", $0.x, $0.y) }
        return "<polyline class=\"curve \(kind)\" points=\"\(places.joined(separator: " "))\"/>"
    }

    private static func dot(_ kind: String, _ point: (x: Double, y: Double), _ radius: Double, _ text: String = "")
        -> String
    {
        // Words beside the right end stand on the left.
        let isRight = point.x > Double(Self.left + Self.plotWidth) * 0.8
        let dot = String(
            format: "<circle class=\"%@\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", kind, point.x, point.y, radius)
        guard !text.isEmpty else { return dot }
        return dot
            + String(
                format: "\n<text class=\"%@\" x=\"%.1f\" y=\"%.1f\">", isRight ? "end" : "",
                point.x + (isRight ? -8 : 8),
                point.y + 16) + text.escapedForXML + "</text>"
    }

    private func dots(_ scale: Scale) -> [String] {
        let rules = self.study.rules.map { result -> String in
            let point = scale.point(result.cost, result.accuracy)
            guard case .always(let stage) = result.rule else { return Self.dot("rule", point, 3) }
            return Self.dot("model", point, 5, "always \(self.models[stage])")
        }
        let promised = String(format: "at most %.1f %% wrong", self.study.promise.errorRate * 100)
        return rules + [Self.dot("chosen", scale.point(self.study.cost, self.study.accuracy), 6, promised)]
    }

    private static func grid(_ scale: Scale) -> [String] {
        let (right, bottom) = (Self.left + Self.plotWidth, Self.top + Self.plotHeight)
        let rows = (0...4).map { step in
            let accuracies = scale.accuracies
            let accuracy = accuracies.lowerBound + Double(step) / 4 * (accuracies.upperBound - accuracies.lowerBound)
            let y = scale.point(1, accuracy).y
            return String(
                format: """
                    <line class="grid" x1="\(Self.left)" y1="%.1f" x2="\(right)" y2="%.1f"/>
                    <text class="end" x="\(Self.left - 6)" y="%.1f">%.1f %%</text>
                    """, y, y, y + 4, accuracy * 100)
        }
        let costs = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0].filter(scale.costs.contains)
        return rows
            + costs.map { cost in
                let x = scale.point(cost, 0).x
                return String(
                    format: """
                        <line class="grid" x1="%.1f" y1="\(Self.top)" x2="%.1f" y2="\(bottom)"/>
                        <text class="middle" x="%.1f" y="\(bottom + 18)">%g %%</text>
                        """, x, x, x, cost * 100)
            }
    }

    private static var legend: [String] {
        let y = Self.top + Self.plotHeight + 64
        return [
            """
            <text class="middle" x="\(Self.left + Self.plotWidth / 2)" y="\(y - 28)">cost, as a share of the last model's</text>
            <line class="curve adaptive" x1="\(Self.left)" y1="\(y - 4)" x2="\(Self.left + 24)" y2="\(y - 4)"/>
            <text x="\(Self.left + 30)" y="\(y)">adaptive cascade</text>
            <line class="curve static" x1="\(Self.left + 170)" y1="\(y - 4)" x2="\(Self.left + 194)" y2="\(y - 4)"/>
            <text x="\(Self.left + 200)" y="\(y)">best static rules (hindsight)</text>
            <circle class="rule" cx="\(Self.left + 392)" cy="\(y - 4)" r="3"/>
            <text x="\(Self.left + 402)" y="\(y)">fixed thresholds</text>
            """
        ]
    }
}
