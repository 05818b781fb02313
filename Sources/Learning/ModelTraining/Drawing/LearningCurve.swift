// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// A training as a picture: losses and accuracy over the epochs.
package struct LearningCurve {
    private static let (width, height, left, top, plotWidth, plotHeight) = (640, 360, 60, 40, 520, 260)
    private let history: TrainingHistory
    private let title: String

    /// Draws a history.
    package init(_ history: TrainingHistory, title: String) { (self.history, self.title) = (history, title) }

    /// The picture.
    package var svg: String {
        let epochs = self.history.epochs
        let highest = max(0.1, epochs.flatMap { [$0.loss, $0.developmentLoss] }.max() ?? 1)
        let lines = [
            self.line("train", epochs.map { $0.loss / highest }),
            self.line("dev", epochs.map { $0.developmentLoss / highest }),
            self.line("accuracy", epochs.map(\.accuracy)),
        ]
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" viewBox="0 0 \(Self.width) \(Self.height)">
            <style>
            text { font-family: sans-serif; font-size: 12px; fill: #1f2933 }
            .title { font-size: 14px; font-weight: bold }
            .grid { stroke: #cbd2d9; stroke-width: 1 }
            .curve { fill: none; stroke-width: 2 }
            .train { stroke: #829ab1 } .dev { stroke: #334e68 } .accuracy { stroke: #c05621 }
            .end { text-anchor: end } .middle { text-anchor: middle }
            </style>
            <rect width="\(Self.width)" height="\(Self.height)" fill="#ffffff"/>
            <text class="title" x="\(Self.left)" y="22">\(self.title.escapedForXML)</text>
            \((self.grid(highest) + lines + self.legend).joined(separator: "\n"))
            </svg>

            """
    }

    private func x(_ epoch: Int) -> Double {
        let count = max(1, self.history.epochs.count - 1)
        return Double(Self.left) + Double(Self.plotWidth * epoch) / Double(count)
    }

    private func y(_ share: Double) -> Double { Double(Self.top) + Double(Self.plotHeight) * (1 - share) }

    private func line(_ kind: String, _ shares: [Double]) -> String {
        let points = shares.enumerated().map { String(format: "%.1f,%.1f", self.x($0), self.y($1)) }
        let dots = shares.enumerated().map {
            String(
                format: "<circle class=\"curve \(kind)\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", self.x($0), self.y($1))
        }
        return "<polyline class=\"curve \(kind)\" points=\"\(points.joined(separator: " "))\"/>\n"
            + dots.joined(separator: "\n")
    }

    private func grid(_ highest: Double) -> [String] {
        let right = Self.left + Self.plotWidth
        let rows = [0, 0.25, 0.5, 0.75, 1].map { share in
            let y = self.y(share)
            return String(
                format: """
                    <line class="grid" x1="\(Self.left)" y1="%.1f" x2="\(right)" y2="%.1f"/>
                    <text class="end" x="\(Self.left - 6)" y="%.1f">%.2f</text>
                    <text x="\(right + 6)" y="%.1f">%.0f %%</text>
                    """, y, y, y + 4, share * highest, y + 4, share * 100)
        }
        let every = max(1, self.history.epochs.count / 10)
        let columns = self.history.epochs.indices.filter { $0 % every == 0 }.map { epoch in
            String(
                format:
                    "<text class=\"middle\" x=\"%.1f\" y=\"\(Self.top + Self.plotHeight + 18)\">\(epoch + 1)</text>",
                self.x(epoch))
        }
        return rows + columns
    }

    private var legend: [String] {
        let names = [("train", "loss (train)"), ("dev", "loss (dev)"), ("accuracy", "accuracy (dev, right axis)")]
        return names.enumerated().map { index, name in
            let x = Self.left + 160 * index
            let y = Self.top + Self.plotHeight + 44
            return """
                <line class="curve \(name.0)" x1="\(x)" y1="\(y - 4)" x2="\(x + 24)" y2="\(y - 4)"/>
                <text x="\(x + 30)" y="\(y)">\(name.1)</text>
                """
        }
    }
}
