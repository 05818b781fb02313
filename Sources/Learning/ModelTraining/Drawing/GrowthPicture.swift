// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
package import TaskModels

/// A graph that grows while a text is written, as a picture: a panel for each node that grew, with the text so far.
package struct GrowthPicture {
    private static let (panelWidth, panelHeight, columns) = (440, 330, 2)
    private let input: GraphInput
    private let written: WrittenText
    private let texts: [String]

    /// Draws what a model has written.
    ///
    /// - Parameters:
    ///   - input: What was to be written about.
    ///   - written: What was written.
    ///   - model: Who wrote it.
    package init(_ input: GraphInput, _ written: WrittenText, by model: GraphLanguageModel) {
        (self.input, self.written) = (input, written)
        self.texts =
            [""] + written.grown.map { model.vocabulary.text(of: written.pieces.prefix($0.pieces)) } + [written.text]
    }

    /// The picture.
    package var svg: String {
        let panels = (0...self.written.grown.count + 1).map(self.panel)
        let rows = (panels.count + Self.columns - 1) / Self.columns
        let (width, height) = (Self.panelWidth * Self.columns, Self.panelHeight * rows)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
            <style>
            text { font-family: sans-serif; font-size: 11px; fill: #1f2933; text-anchor: middle }
            .title { font-size: 12px; font-weight: bold; text-anchor: start }
            .written { text-anchor: start; fill: #52606d }
            .relation { font-size: 9px; fill: #829ab1 }
            .edge { stroke: #9fb3c8; stroke-width: 1.5 }
            .likeness { stroke: #dd6b20; stroke-width: 2 }
            .known { stroke: #c05621; stroke-width: 1.5; stroke-dasharray: 4 3 }
            .node { fill: #d9e2ec; stroke: #486581 }
            .grown { fill: #fbd38d; stroke: #c05621 } .new { fill: #ed8936; stroke: #9c4221; stroke-width: 2 }
            .frame { fill: #ffffff; stroke: #e4e7eb }
            </style>
            \(panels.joined(separator: "\n"))
            </svg>

            """
    }

    private var nodes: [String] { self.input.nodes }

    /// Where a node of the input is in a panel.
    private func place(_ node: Int) -> (x: Double, y: Double) { self.place(node, distance: 1) }

    private func place(_ node: Int, distance: Double) -> (x: Double, y: Double) {
        let angle = 2 * Double.pi * Double(node) / Double(max(1, self.nodes.count)) - Double.pi / 2
        return (220 + 150 * distance * cos(angle), 190 + 105 * distance * sin(angle))
    }

    /// Where a grown node is: between the middle and the node that it stands for, or near the middle.
    private func grownPlace(_ index: Int) -> (x: Double, y: Double) {
        if let node = self.written.grown[index].node { return self.place(node, distance: 0.55) }
        let angle = 2.4 * Double(index)
        return (220 + 26 * cos(angle), 190 + 20 * sin(angle))
    }

    /// The graph once so many nodes have grown; the last panel is that of the whole text.
    private func panel(_ number: Int) -> String {
        let count = min(number, self.written.grown.count)
        let title =
            switch number {
            case 0: "The graph of the input"
            case self.written.grown.count + 1: "The text is complete"
            default: "\(number): \(self.written.grown[number - 1].name)"
            }
        let (x, y) = (number % Self.columns * Self.panelWidth, number / Self.columns * Self.panelHeight)
        let isNew = number > 0 && number <= self.written.grown.count
        let parts =
            self.edges + (isNew ? self.likenesses(count - 1) : []) + self.nodes.indices.map(self.node)
            + (0..<count).map { self.grownNode($0, isNew: isNew && $0 == count - 1) }
        return """
            <g transform="translate(\(x) \(y))">
            <rect class="frame" x="4" y="4" width="\(Self.panelWidth - 8)" height="\(Self.panelHeight - 8)" rx="6"/>
            <text class="title" x="14" y="22">\(Self.escaped(title, 60))</text>
            \(Self.lines(self.texts[number]).enumerated().map { "<text class=\"written\" x=\"14\" y=\"\(38 + 13 * $0)\">\($1)</text>" }.joined(separator: "\n"))
            \(parts.joined(separator: "\n"))
            </g>
            """
    }

    private var edges: [String] {
        self.input.triples.indices.map { index in
            let (from, to) = self.ends(index)
            let place = self.label(index)
            return self.line("edge", from, to)
                + Self.text("relation", (place.x, place.y - 3), self.input.triples[index].relationText, 24)
        }
    }

    /// Where an edge begins and ends.
    private func ends(_ triple: Int) -> (from: (x: Double, y: Double), to: (x: Double, y: Double)) {
        let (nodes, triple) = (self.nodes, self.input.triples[triple])
        func place(_ name: String) -> (x: Double, y: Double) { self.place(nodes.firstIndex(of: name) ?? 0) }
        return (place(triple.subject), place(triple.object))
    }

    /// Where an edge's relation is written: nearer to its subject, since edges cross in their middles.
    private func label(_ triple: Int) -> (x: Double, y: Double) {
        let (from, to) = self.ends(triple)
        return (from.x + 0.36 * (to.x - from.x), from.y + 0.36 * (to.y - from.y))
    }

    /// What a new node stands for, and what in the graph is most like it.
    private func likenesses(_ index: Int) -> [String] {
        let (node, place) = (self.written.grown[index], self.grownPlace(index))
        var lines = node.node.map { [self.line("known", place, self.place($0))] } ?? []
        let rows = self.nodes.count + self.input.triples.count
        for (row, weight) in node.similarities.enumerated() where weight > 0.08 {
            let other =
                row < self.nodes.count
                ? self.place(row)
                : row >= rows
                    ? self.grownPlace(row - rows) : self.label(row - self.nodes.count)
            lines.append(self.line("likeness", place, other, opacity: Double(min(1, weight * 1.5))))
        }
        return lines
    }

    private func node(_ index: Int) -> String {
        let place = self.place(index)
        // Away from the edges, which lead to the middle.
        let name = (place.x, place.y + (place.y > 191 ? 22 : -13))
        return Self.circle("node", place, 9)
            + Self.text("", name, EntityName.text(self.nodes[index]), 26)
    }

    private func grownNode(_ index: Int, isNew: Bool) -> String {
        let (place, node) = (self.grownPlace(index), self.written.grown[index])
        let circle = Self.circle(isNew ? "new" : "grown", place, 7)
        return node.node == nil ? circle + Self.text("", (place.x, place.y + 18), node.name, 26) : circle
    }

    private func line(
        _ kind: String, _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), opacity: Double = 1
    ) -> String {
        String(
            format: "<line class=\"\(kind)\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" opacity=\"%.2f\"/>",
            from.x,
            from.y, to.x, to.y, opacity)
    }

    private static func circle(_ kind: String, _ place: (x: Double, y: Double), _ radius: Int) -> String {
        String(format: "<circle class=\"\(kind)\" cx=\"%.1f\" cy=\"%.1f\" r=\"\(radius)\"/>", place.x, place.y)
    }

    private static func text(_ kind: String, _ place: (x: Double, y: Double), _ text: String, _ most: Int) -> String {
        String(format: "<text class=\"\(kind)\" x=\"%.1f\" y=\"%.1f\">", place.x, place.y) + self.escaped(text, most)
            + "</text>"
    }

    /// The last lines of a text.
    private static func lines(_ text: String) -> [String] {
        var lines = [""]
        for character in text {
            if lines[lines.count - 1].count >= 62, character == " " || lines[lines.count - 1].count > 74 {
                lines.append("")
            }
            lines[lines.count - 1].append(character)
        }
        return lines.suffix(3).map { self.escaped($0, 80) }
    }

    private static func escaped(_ text: String, _ most: Int) -> String {
        let short = text.count > most ? text.prefix(most - 1) + "…" : text[...]
        return short.escapedForXML
    }
}
