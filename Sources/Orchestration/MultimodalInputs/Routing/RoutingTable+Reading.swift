// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension RoutingTable {
    private static let beginning = "routes: [{handler: parse-text}]"

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - yaml: The table's text.
    ///   - file: The file's name, for messages.
    ///   - kinds: The kinds of handlers there are.
    ///   - other: Finds a kind by a name that is none of theirs: nil where it does not know such names, an error that says what
    ///     is wrong with one.
    /// - Throws: ``InvalidRoutingTableError`` with all that is wrong, each with its line and the nearest known name.
    public init(
        parsing yaml: String, file: String, kinds: [InputHandlerKind],
        other: @escaping (String) throws -> InputHandlerKind? = { _ in nil }
    ) throws {
        var source = SourceReader(file: file, beginning: Self.beginning)
        var reader = TableReader(kinds: kinds, other: other)
        let table = try reader.table(source.read(yaml))
        guard reader.fields.issues.isEmpty, let table else {
            throw InvalidRoutingTableError(reader.fields.issues.map(\.message))
        }
        self = table
    }
}

/// Reads the parts of a table, noting everything that is wrong.
private struct TableReader {
    let kinds: [InputHandlerKind]
    let other: (String) throws -> InputHandlerKind?
    var fields = FieldReader()

    mutating func table(_ node: SourceNode) -> RoutingTable? {
        let members = self.fields.fields(
            of: node, "The table", required: ["routes"], known: ["queue", "window", "prompt", "routes"])
        let order = self.order(members["queue"])
        let windows = self.windows(members["window"])
        let prompt = self.prompt(members["prompt"])
        let written = self.fields.elements(members["routes"])
        let routes = written.compactMap { self.route($0) }
        if written.isEmpty, let node = members["routes"] {
            self.fields.note(node.place, "The table has no route.", "Write one, such as {handler: parse-text}.")
        }
        guard let order, let windows else { return nil }
        return RoutingTable(routes, order: order, windows: windows, prompt: prompt)
    }

    private mutating func order(_ node: SourceNode?) -> InputOrderSettings? {
        guard let node else { return try? InputOrderSettings() }
        let members = self.fields.fields(
            of: node, "'queue'",
            known: ["capacity", "byte_capacity", "watermark", "when_full", "when_late", "clocks", "idle_after"])
        do {
            return try InputOrderSettings(
                capacity: self.fields.integer(members["capacity"], in: 1...(1 << 24)) ?? 4_096,
                byteCapacity: self.fields.integer(
                    members["byte_capacity"], in: InputOrderSettings.byteCapacities)
                    ?? InputOrderSettings.usualByteCapacity,
                watermark: self.fields.duration(members["watermark"], allowsZero: true) ?? .milliseconds(200),
                whenFull: self.fields.choice(members["when_full"], of: InputOrderSettings.FullPolicy.self) ?? .wait,
                whenLate: self.fields.choice(members["when_late"], of: InputOrderSettings.LatePolicy.self) ?? .deliver,
                clocks: self.fields.choice(members["clocks"], of: InputOrderSettings.ClockPolicy.self) ?? .shared,
                idleAfter: self.fields.duration(members["idle_after"], allowsZero: true) ?? .seconds(1))
        } catch {
            self.fields.note(node.place, (error as? any CodedError)?.message ?? "\(error)")
            return nil
        }
    }

    private mutating func windows(_ node: SourceNode?) -> WindowRule? {
        guard let node else { return .tumbling(.seconds(5)) }
        let members = self.fields.fields(
            of: node, "'window'", known: ["length", "around", "before", "after"])
        let around = self.fields.choice(members["around"], of: InputModality.self)
        if members["around"] == nil {
            for key in ["before", "after"] where members[key] != nil {
                self.fields.note(
                    node.place, "'\(key)' belongs to 'around'.", "Say around which modality: around: audio.")
            }
            guard let length = self.fields.duration(members["length"]) else {
                if members["length"] == nil { self.fields.note(node.place, "'window' has no 'length' or 'around'.") }
                return nil
            }
            return .tumbling(length)
        }
        if members["length"] != nil {
            self.fields.note(node.place, "A window has a 'length' or is 'around' something, not both.")
        }
        let before = self.fields.duration(members["before"], allowsZero: true) ?? .seconds(5)
        let after = self.fields.duration(members["after"], allowsZero: true) ?? .seconds(1)
        return around.map { .around($0, before: before, after: after) }
    }

    private mutating func prompt(_ node: SourceNode?) -> PromptFusion {
        guard let node else { return PromptFusion() }
        let members = self.fields.fields(of: node, "'prompt'", known: ["instructions", "images", "largest_image"])
        return PromptFusion(
            instructions: self.fields.text(members["instructions"]),
            passesImages: self.fields.bool(members["images"]) ?? true,
            largestImage: self.fields.integer(members["largest_image"], in: 1...(1 << 30)) ?? 8 << 20)
    }

    private mutating func route(_ node: SourceNode) -> InputRoute? {
        let members = self.fields.fields(
            of: node, "A route", required: ["handler"],
            known: ["name", "modality", "media_type", "source", "handler", "options"])
        let modality = self.fields.choice(members["modality"], of: InputModality.self)
        let mediaType = self.fields.text(members["media_type"]) ?? "*"
        let source = self.fields.text(members["source"]) ?? "*"
        guard let handlerNode = members["handler"], let name = self.fields.text(handlerNode) else { return nil }
        guard let kind = self.kind(name, handlerNode) else { return nil }
        if let modality, !kind.modalities.contains(modality), let node = members["modality"] {
            self.fields.note(
                node.place, "The handler '\(name)' takes no \(modality.rawValue).",
                "It takes \(kind.modalities.map(\.rawValue).joined(separator: ", ")).")
        }
        return InputRoute(
            kind, options: self.options(members["options"], of: kind), name: self.fields.text(members["name"]),
            modality: modality, mediaType: GlobPattern(mediaType), source: GlobPattern(source))
    }

    private mutating func kind(_ name: String, _ node: SourceNode) -> InputHandlerKind? {
        if let kind = self.kinds.first(where: { $0.name == name }) { return kind }
        do {
            if let kind = try self.other(name) { return kind }
            self.fields.note(
                node.place, "There is no handler '\(name)'.",
                NearestName.hint(for: name, in: self.kinds.map(\.name)))
        } catch { self.fields.note(node.place, (error as? any CodedError)?.message ?? "\(error)") }
        return nil
    }

    private mutating func options(_ node: SourceNode?, of kind: InputHandlerKind) -> [String: JSONValue] {
        guard let node else { return [:] }
        let members = self.fields.fields(
            of: node, "The handler '\(kind.name)'", known: kind.options.map(\.name))
        var options: [String: JSONValue] = [:]
        for option in kind.options {
            guard let node = members[option.name] else { continue }
            switch option.kind {
            case .bool: options[option.name] = self.fields.bool(node).map { .bool($0) }
            case .integer(let range): options[option.name] = self.fields.integer(node, in: range).map { .integer($0) }
            case .text: options[option.name] = self.fields.text(node).map { .string($0) }
            case .value(let problem):
                options[option.name] = node.json
                if let problem = problem(node.json) { self.fields.note(node.place, "\(problem).") }
            case .choice(let names):
                guard let name = self.fields.text(node) else { continue }
                if names.contains(name) {
                    options[option.name] = .string(name)
                } else {
                    self.fields.note(
                        node.place, "There is no '\(name)' here.", NearestName.hint(for: name, in: names))
                }
            }
        }
        return options
    }
}
