// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Pipeline {
    /// The pipeline as a Mermaid flowchart.
    public var mermaid: String {
        var writer = MermaidWriter()
        writer.write(PipelineSketch.steps(of: self), indentation: "  ")
        return "flowchart TD\n" + writer.text
    }
}

private struct MermaidWriter {
    var text = ""
    private var count = 0

    /// Writes steps that follow each other; those of a pipe are joined by thick arrows.
    mutating func write(_ steps: [PipelineSketch], indentation: String, isPipe: Bool = false) {
        var before: String?
        for step in steps {
            let name = self.write(step, indentation: indentation)
            if let before { self.text += "\(indentation)\(before) \(isPipe ? "==>" : "-->") \(name)\n" }
            before = name
        }
    }

    private mutating func write(_ step: PipelineSketch, indentation: String) -> String {
        let name = self.nextName()
        switch step {
        case .box(let title, let subtitle):
            let second = subtitle.isEmpty || subtitle == title ? "" : "<br/><small>\(Self.escaped(subtitle))</small>"
            self.text += "\(indentation)\(name)[\"\(Self.escaped(title))\(second)\"]\n"
        case .frame(let title, let lanes):
            self.text += "\(indentation)subgraph \(name)[\"\(Self.escaped(title))\"]\n"
            for lane in lanes {
                if lane.label.isEmpty && lanes.count == 1 {
                    self.write(lane.steps, indentation: indentation + "  ", isPipe: lane.isPipe)
                } else {
                    let label = lane.label.isEmpty ? " " : Self.escaped(lane.label)
                    self.text += "\(indentation)  subgraph \(self.nextName())[\"\(label)\"]\n"
                    self.write(lane.steps, indentation: indentation + "    ")
                    self.text += "\(indentation)  end\n"
                }
            }
            self.text += "\(indentation)end\n"
        }
        return name
    }

    private mutating func nextName() -> String {
        self.count += 1
        return "n\(self.count)"
    }

    private static func escaped(_ text: String) -> String {
        text.escapedForXML.replacing("\n", with: " ")
    }
}
