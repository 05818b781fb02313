// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Pipeline {
    /// The pipeline as a picture: steps from top to bottom, frames around what belongs together, branches side by side.
    public var svg: String {
        let column = SVGColumn(PipelineSketch.steps(of: self))
        var writer = SVGWriter()
        writer.draw(column, x: 20, y: 20, width: column.width)
        return writer.document(width: column.width + 40, height: column.height + 40)
    }
}

/// Steps below each other, with their sizes in pixels.
private struct SVGColumn {
    static let gap = 26

    var steps: [(sketch: PipelineSketch, columns: [SVGColumn], width: Int, height: Int)] = []
    var width = 0
    var height = 0

    init(_ sketches: [PipelineSketch]) {
        for sketch in sketches {
            switch sketch {
            case .box(let title, let subtitle):
                let width = max(120, 30 + max(title.count * 8, subtitle.count * 7))
                self.steps.append((sketch, [], width, 46))
            case .frame(let title, let lanes):
                let columns = lanes.map { Self($0.steps) }
                let inner = columns.map(\.width).reduce(0, +) + Self.gap * (columns.count + 1)
                let height = (columns.map(\.height).max() ?? 0) + SVGWriter.frameTop + 18
                self.steps.append((sketch, columns, max(inner, title.count * 8 + 30), height))
            }
        }
        self.width = self.steps.map(\.width).max() ?? 0
        self.height = self.steps.map(\.height).reduce(0, +) + Self.gap * max(0, self.steps.count - 1)
    }
}

private struct SVGWriter {
    /// The room for the title and the lanes' labels above the steps in a frame.
    static let frameTop = 50

    private var elements: [String] = []

    /// Draws a column in the middle of some width; the steps of a pipe are joined by thick arrows.
    mutating func draw(_ column: SVGColumn, x: Int, y: Int, width: Int, isPipe: Bool = false) {
        var top = y
        let middle = x + width / 2
        for (index, step) in column.steps.enumerated() {
            if index > 0 { self.arrow(middle, from: top - SVGColumn.gap, to: top, isPipe: isPipe) }
            let left = middle - step.width / 2
            switch step.sketch {
            case .box(let title, let subtitle):
                self.rectangle("box", left, top, step.width, step.height)
                self.text("title", middle, top + (subtitle.isEmpty || subtitle == title ? 28 : 20), title)
                if subtitle != title { self.text("small", middle, top + 37, subtitle) }
            case .frame(let title, let lanes):
                self.rectangle("frame", left, top, step.width, step.height)
                self.text("head", left + 12, top + 19, title)
                let inner = step.columns.map(\.width).reduce(0, +)
                let space = (step.width - inner) / (step.columns.count + 1)
                var laneLeft = left + space
                for (lane, lanesColumn) in zip(lanes, step.columns) {
                    self.text("label", laneLeft + lanesColumn.width / 2, top + 40, lane.label)
                    self.draw(
                        lanesColumn, x: laneLeft, y: top + Self.frameTop, width: lanesColumn.width, isPipe: lane.isPipe)
                    laneLeft += lanesColumn.width + space
                }
            }
            top += step.height + SVGColumn.gap
        }
    }

    func document(width: Int, height: Int) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
        <style>
        text { font-family: sans-serif; fill: #1f2933 }
        .title { font-size: 14px; font-weight: bold; text-anchor: middle }
        .small { font-size: 12px; fill: #52606d; text-anchor: middle }
        .head { font-size: 13px; font-weight: bold; fill: #334e68 }
        .label { font-size: 12px; font-style: italic; fill: #9c4221; text-anchor: middle }
        .box { fill: #ffffff; stroke: #3e4c59; stroke-width: 1.2 }
        .frame { fill: #334e68; fill-opacity: 0.06; stroke: #829ab1; stroke-dasharray: 5 3 }
        .arrow { stroke: #3e4c59; stroke-width: 1.4; fill: none }
        .flow { stroke: #3e4c59; stroke-width: 4; fill: none }
        .point { fill: #3e4c59 }
        </style>
        <rect width="\(width)" height="\(height)" fill="#ffffff"/>
        \(self.elements.joined(separator: "\n"))
        </svg>

        """
    }

    private mutating func rectangle(_ style: String, _ x: Int, _ y: Int, _ width: Int, _ height: Int) {
        self.elements.append(
            "<rect class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"6\"/>")
    }

    private mutating func text(_ style: String, _ x: Int, _ y: Int, _ text: String) {
        guard !text.isEmpty else { return }
        self.elements.append("<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\">\(text.escapedForXML)</text>")
    }

    private mutating func arrow(_ x: Int, from top: Int, to bottom: Int, isPipe: Bool) {
        self.elements.append("<path class=\"\(isPipe ? "flow" : "arrow")\" d=\"M\(x) \(top)V\(bottom - 6)\"/>")
        self.elements.append("<path class=\"point\" d=\"M\(x - 4) \(bottom - 8)h8l-4 8z\"/>")
    }
}
