// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
internal import MediaRecognition
internal import MultimodalInputs
internal import OrderedCollections

/// How quick and how right the reading of pictures and recordings is.
struct MultimodalBenchmark {
    /// A folder of frames, JPEG or PNG; nil leaves that measure out.
    let frames: String?
    /// A folder with manifest.jsonl, pictures and recordings; nil leaves those measures out.
    let data: String?
    /// A recording of 16,000 samples a second; nil leaves that measure out.
    let audio: String?

    private static let events = 1_000_000

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        var rows = [try self.queue(runs: runs)]
        if let frames {
            rows.append(try await self.frames("image_fps", frames, threads: 0, runs: runs))
            rows.append(try await self.frames("image_fps_1", frames, threads: 1, runs: runs))
        }
        if let audio { rows.append(try self.mfcc(audio, runs: runs)) }
        if let data {
            let items = try MediaManifest(folder: data).items
            rows.append(try await self.characters(items))
            rows.append(contentsOf: try self.speech(items, runs: runs))
        }
        return rows
    }

    // MARK: - Queue

    /// Events out of order through the queue, one at a time in and in batches out, as one thread.
    private func queue(runs: Int) throws -> BenchmarkRow {
        var state: UInt64 = 1
        let events = (0..<Self.events).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let jitter = Int64(state >> 44) * 100
            return InputEvent(
                .text, .text("event"), timestamp: Int64(index) * 1_000 - jitter, source: "source/\(index % 4)")
        }
        let samples = try (0..<runs).map { _ in
            let queue = InputQueue(
                try InputOrderSettings(capacity: 1 << 20, watermark: .milliseconds(105), whenLate: .fail))
            let start = ContinuousClock.now
            var (last, count) = (Int64.min, 0)
            func take(_ limit: Int) throws {
                for event in queue.ready(upTo: limit) {
                    guard event.timestamp >= last else {
                        throw CommandError(.notMeasurable, "Events came out of the queue out of order.")
                    }
                    (last, count) = (event.timestamp, count + 1)
                }
            }
            for (index, event) in events.enumerated() {
                try queue.offer(event)
                if index % 256 == 255 { try take(512) }
            }
            queue.finish()
            try take(.max)
            guard count == events.count else { throw CommandError(.notMeasurable, "Events were lost in the queue.") }
            return Double(events.count) / ((ContinuousClock.now - start) / .seconds(1))
        }
        return BenchmarkRow(
            measure: "queue_rate", samples: samples, unit: "events/s", details: ["events": .integer(Self.events)])
    }

    // MARK: - Pictures

    /// Frames through a routing table to a vector each: decoded, made smaller, seen by the network.
    ///
    /// - Parameter threads: How many threads compute; 0 for as many as a table has that does not say.
    private func frames(_ measure: String, _ folder: String, threads: Int, runs: Int) async throws -> BenchmarkRow {
        let table = try RoutingTable(
            parsing: "routes: [{handler: read-image, options: {text: false, features: true, threads: \(threads)}}]",
            file: "bench", kinds: InputHandlerKind.all)
        let router = try await InputRouter(table)
        let events = try MediaManifest.files(in: folder).map { try MediaFile($0).event() }
        guard !events.isEmpty else { throw CommandError(.badInput, "The folder '\(folder)' has no frames.") }
        for event in events { _ = try await router.handle(event) }
        var (samples, count) = ([Double](), 0)
        for _ in 0..<runs {
            let start = ContinuousClock.now
            count = 0
            while count < 100 {
                for event in events { _ = try await router.handle(event) }
                count += events.count
            }
            samples.append(Double(count) / ((ContinuousClock.now - start) / .seconds(1)))
        }
        return BenchmarkRow(
            measure: measure, samples: samples, unit: "frames/s",
            details: ["frames": .integer(count), "threads": .integer(threads)])
    }

    /// How many characters of Latin and Chinese pictures are read wrongly.
    private func characters(_ items: [MediaManifest.Item]) async throws -> BenchmarkRow {
        let handler = try await ImageHandler()
        var (wrong, total, details) = (0, 0, OrderedDictionary<String, JSONValue>())
        let start = ContinuousClock.now
        for item in items where item.kind == "ocr" {
            let findings = try await handler.handle(MediaFile(item.path).event())
            let error = TextDistance(item.text, findings.text ?? "", by: .characters)
            details[item.name] = [
                "language": .string(item.language), "wrong": .integer(error.distance), "of": .integer(error.length),
                "read": .string(findings.text ?? ""),
            ]
            guard ["en", "zh"].contains(item.language) else { continue }
            wrong += error.distance
            total += error.length
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard total > 0 else { throw CommandError(.badInput, "The data has no pictures with Latin or Chinese text.") }
        return BenchmarkRow(
            measure: "ocr_cer", samples: [100 * Double(wrong) / Double(total)], unit: "%", isLowerBetter: true,
            details: [
                "characters": .integer(total), "seconds": .number(seconds.rounded(toPlaces: 2)),
                "files": .object(details),
            ])
    }

    // MARK: - Recordings

    private func mfcc(_ path: String, runs: Int) throws -> BenchmarkRow {
        let audio = try AudioDecoder().decode(InputFile.bytes(path: path))
        let converter = try SpectralConverter()
        _ = try converter.mfcc(audio)
        let samples = try (0..<runs).map { _ in
            let start = ContinuousClock.now
            let features = try converter.mfcc(audio)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            guard features.frames > 0 else { throw CommandError(.badInput, "The recording is empty.") }
            return audio.seconds / seconds
        }
        return BenchmarkRow(
            measure: "mfcc_realtime", samples: samples, unit: "× real time",
            details: ["seconds": .number(audio.seconds.rounded(toPlaces: 2)), "threads": 1])
    }

    /// Time for recognition beside the length of what was said, and how many words were wrong.
    private func speech(_ items: [MediaManifest.Item], runs: Int) throws -> [BenchmarkRow] {
        let recognizer = try SpeechRecognizer()
        let recordings = try items.filter { $0.kind == "speech" }.map { item in
            (item, try AudioDecoder().decode(InputFile.bytes(path: item.path)))
        }
        guard !recordings.isEmpty else { throw CommandError(.badInput, "The data has no speech.") }
        let length = recordings.reduce(0) { $0 + $1.1.seconds }
        var (samples, wrong, total, details) = ([Double](), 0, 0, OrderedDictionary<String, JSONValue>())
        for _ in 0..<runs {
            let start = ContinuousClock.now
            let heard = try recordings.map { try recognizer.words(in: $0.1).map(\.text).joined(separator: " ") }
            samples.append((ContinuousClock.now - start) / .seconds(1) / length)
            (wrong, total) = (0, 0)
            for ((item, _), text) in zip(recordings, heard) {
                let error = TextDistance(item.text, text, by: .words)
                wrong += error.distance
                total += error.length
                details[item.name] = [
                    "wrong": .integer(error.distance), "of": .integer(error.length), "heard": .string(text),
                ]
            }
        }
        return [
            BenchmarkRow(
                measure: "asr_rtf", samples: samples, unit: "× length", isLowerBetter: true,
                details: ["seconds": .number(length.rounded(toPlaces: 2))]),
            BenchmarkRow(
                measure: "asr_wer", samples: [100 * Double(wrong) / Double(total)], unit: "%", isLowerBetter: true,
                details: ["words": .integer(total), "files": .object(details)]),
        ]
    }
}
