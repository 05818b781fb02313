// SPDX-License-Identifier: Apache-2.0

public import MultimodalInputs

/// Reads the text of pictures: finds lines, turns and straightens them, and reads each.
public final class TextReader: Sendable {
    /// A line of text in a picture.
    public struct Line: Sendable {
        /// What it says.
        public var text: String
        /// How sure that is, from 0 to 1.
        public var confidence: Double
        /// The corners in pixels: upper left, upper right, lower right, lower left.
        public var box: [[Double]]
    }

    private static let leastConfidence = 0.5
    private static let margin = 24

    private let detector: TextDetector
    private let orientation: LineOrientation
    private let recognizer: LineRecognizer

    /// Loads the networks.
    ///
    /// - Parameters:
    ///   - models: Where they are.
    ///   - side: Pixels of the longer side from which pictures are made smaller before lines are looked for.
    ///   - threads: How many threads compute; 0 leaves it to OpenVINO.
    /// - Throws: An error that says what is missing.
    public init(_ models: OCRModels, side: Int = 960, threads: Int = 0) async throws {
        self.detector = try await TextDetector(models, side: side, threads: threads)
        self.orientation = try await LineOrientation(models, threads: threads)
        self.recognizer = try await LineRecognizer(models, threads: threads)
    }

    /// Reads a picture; the lines come in the order in which they are read.
    ///
    /// - Throws: An error of a model; `CancellationError`.
    public func lines(in image: RasterImage) throws -> [Line] {
        // Lines that touch the edge are not found.
        let (x, y) = (max(Self.margin, image.height / 8), max(Self.margin, image.height / 8))
        let padded = try image.padded(horizontally: x, vertically: y)
        let regions = try self.detector.regions(in: padded)
        var lines: [(region: TextRegion, line: Line)] = []
        for region in regions {
            try Task.checkCancellation()
            let cut = try self.orientation.upright(padded.cut(region))
            let (text, confidence) = try self.recognizer.read(cut)
            guard confidence >= Self.leastConfidence, !text.allSatisfy(\.isWhitespace) else { continue }
            let box = region.corners.map { corner in
                [
                    min(max(0, corner.x - Double(x)), Double(image.width)),
                    min(max(0, corner.y - Double(y)), Double(image.height)),
                ]
            }
            lines.append((region, Line(text: text, confidence: confidence, box: box)))
        }
        return Self.inReadingOrder(lines).map { $0.map(\.line) }.flatMap { $0 }
    }

    /// The text of lines, those beside each other with a space between them.
    public func text(of lines: [Line]) -> String {
        var text = ""
        for (index, line) in lines.enumerated() {
            if index > 0 { text += Self.isBeside(lines[index - 1].box, line.box) ? " " : "\n" }
            text += line.text
        }
        return text
    }

    private static func isBeside(_ left: [[Double]], _ right: [[Double]]) -> Bool {
        func middle(_ box: [[Double]]) -> Double { box.reduce(0) { $0 + $1[1] } / Double(box.count) }
        func height(_ box: [[Double]]) -> Double { abs(box[3][1] - box[0][1]) }
        return abs(middle(left) - middle(right)) < min(height(left), height(right)) / 2
    }

    /// Rows from the top, each from the left.
    private static func inReadingOrder(
        _ lines: [(region: TextRegion, line: Line)]
    ) -> [[(region: TextRegion, line: Line)]] {
        var rows: [[(region: TextRegion, line: Line)]] = []
        for line in lines.sorted(by: { $0.region.centre.y < $1.region.centre.y }) {
            if let last = rows.last?.last,
                abs(last.region.centre.y - line.region.centre.y) < min(last.region.halfHeight, line.region.halfHeight)
            {
                rows[rows.count - 1].append(line)
            } else {
                rows.append([line])
            }
        }
        return rows.map { $0.sorted { $0.region.centre.x < $1.region.centre.x } }
    }
}
