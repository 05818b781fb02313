// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import PluginHost
internal import PluginKinds
internal import SourceDocuments

extension FieldReader {
    /// Reads the models of a configuration.
    mutating func models(
        _ node: SourceNode, environment: [String: String], plugins: PluginHost
    ) -> [ModelSettings] {
        guard let members = node.members else {
            self.note(node.place, "'models' must be a mapping of names to models, but is of type \(node.typeName).")
            return []
        }
        let models = members.compactMap { member in
            var model = self.model(member, environment: environment)
            model?.written = member.value.json.serialized()
            return model
        }
        self.checkReferences(models, names: members.map(\.key))
        self.checkPlugins(members, models, plugins)
        return models
    }

    private mutating func model(_ member: SourceNode.Member, environment: [String: String]) -> ModelSettings? {
        // A text alone is the name or path of a local model, or a plugin.
        if let text = member.value.string {
            let plugin = PluginReference.name(in: text)
            let backend = BackendSettings(kind: plugin == nil ? .local : .plugin, model: plugin ?? text)
            return ModelSettings(
                name: member.key, place: member.keyPlace, source: .backend(backend), middleware: MiddlewareSettings())
        }
        let owner = "The model '\(member.key)'"
        let kinds = ["backend", "replicas", "fallbacks", "cascade"].filter { kind in
            member.value.members?.contains { $0.key == kind } ?? false
        }
        let own: [String]
        switch kinds {
        case ["replicas"]: own = ["replicas", "balancing", "health"]
        case ["fallbacks"]: own = ["fallbacks"]
        case ["cascade"]: own = ["cascade", "confidence"]
        default: own = ["backend", "model", "url", "key", "ca_file", "proxy", "signature"]
        }
        let fields = self.fields(
            of: member.value, owner, known: (kinds.count > 1 ? kinds : []) + own + Self.middlewareKeys)
        guard member.value.members != nil else { return nil }
        guard kinds.count == 1 else {
            self.note(member.keyPlace, "\(owner) needs one of 'backend', 'replicas', 'fallbacks' and 'cascade'.")
            return nil
        }
        let middleware = self.middleware(fields)
        if kinds != ["backend"], let prices = fields["prices"] {
            self.note(prices.place, "\(owner) has no prices of its own.", "Give them to the models that it is made of.")
        }
        guard let source = self.source(kinds[0], fields, owner, member.keyPlace, environment) else { return nil }
        if middleware.connectTimeout != nil, let node = fields["timeouts"],
            let reason = source.lacksConnectTimeout(environment)
        {
            self.note(node.place, "\(owner) cannot have 'timeouts.connect': \(reason)", "Leave it out.")
        }
        return ModelSettings(name: member.key, place: member.keyPlace, source: source, middleware: middleware)
    }

    private mutating func source(
        _ kind: String, _ fields: Fields, _ owner: String, _ place: SourcePlace, _ environment: [String: String]
    ) -> ModelSettings.Source? {
        switch kind {
        case "replicas":
            let policy = self.choice(fields["balancing"], of: BalancingPolicy.self) ?? .leastBusy
            let health = fields["health"].map { self.health($0) }
            return .replicas(
                self.references(fields["replicas"]), policy: policy, health: health?.breaker ?? .init(),
                checks: health?.checks)
        case "fallbacks": return .fallbacks(self.references(fields["fallbacks"]))
        case "cascade":
            let references = self.references(fields["cascade"])
            guard let node = fields["confidence"] else {
                self.note(
                    place, "\(owner) lacks 'confidence'.", "Say from which confidence an answer is taken, 0 to 1.")
                return nil
            }
            return self.confidences(node, before: references.count - 1).map {
                .cascade(references, confidences: $0)
            }
        default: return self.backend(fields, owner, place, environment).map { .backend($0) }
        }
    }

    /// How sure each of so many models must be: one number for all, or a list with one for each.
    private mutating func confidences(_ node: SourceNode, before count: Int) -> [Double]? {
        guard let elements = node.elements else {
            return self.number(node, in: 0...1).map { Array(repeating: $0, count: max(0, count)) }
        }
        let numbers = elements.compactMap { self.number($0, in: 0...1) }
        guard numbers.count == elements.count else { return nil }
        guard numbers.count == count else {
            self.note(
                node.place, "'confidence' has \(numbers.count) numbers.",
                "Write one for all models, or one for each but the last: \(max(0, count)).")
            return nil
        }
        return numbers
    }

    private mutating func backend(
        _ fields: Fields, _ owner: String, _ place: SourcePlace, _ environment: [String: String]
    ) -> BackendSettings? {
        let key = self.key(fields["key"], environment: environment)
        guard let node = fields["backend"], let name = self.text(node) else { return nil }
        guard let kind = BackendKind(named: name) else {
            self.note(
                node.place, "There is no backend '\(name)'.", NearestName.hint(for: name, in: BackendKind.names))
            return nil
        }
        guard fields["model"] != nil else {
            self.note(place, "\(owner) lacks 'model'.", "Name the model as its backend knows it.")
            return nil
        }
        guard let model = self.text(fields["model"]) else { return nil }
        var backend = BackendSettings(
            kind: kind, model: model, url: self.url(fields["url"], schemes: kind.schemes), key: key)
        backend.authorities = self.authorities(fields["ca_file"])
        backend.proxies = self.proxies(fields["proxy"])
        if kind.isHere, let node = ["url", "key", "ca_file", "proxy"].lazy.compactMap({ fields[$0] }).first {
            self.note(node.place, "\(owner) runs here, and has no 'url', no 'key' and no way to a server.")
        }
        if let node = fields["signature"] {
            backend.signature = self.signature(node)
            if kind != .triton {
                self.note(node.place, "A 'signature' is for models behind 'triton'.", "Leave it out.")
            }
        }
        if backend.url?.hasPrefix("grpc") == true, let node = fields["proxy"] {
            self.note(node.place, "Connections of gRPC go by no proxy.", "Leave it out, or use an http URL.")
        }
        return backend
    }

    private mutating func url(_ node: SourceNode?, schemes: [String]) -> String? {
        let beginnings = schemes.map { "\($0)://" }
        return self.value(node, "a URL that begins with \(beginnings.joined(separator: " or "))") { node in
            guard let text = node.string, beginnings.contains(where: text.hasPrefix) else { return nil }
            return text
        }
    }

    private mutating func references(_ node: SourceNode?) -> [ModelSettings.Reference] {
        let elements = self.value(node, "a list of models' names") { $0.elements.flatMap { $0.isEmpty ? nil : $0 } }
        return (elements ?? []).compactMap { element in
            if let name = element.string { return ModelSettings.Reference(name: name, place: element.place) }
            let fields = self.fields(of: element, "A replica", known: ["model", "weight"])
            guard let name = self.text(fields["model"]) else {
                if element.members != nil { self.note(element.place, "A replica needs 'model'.") }
                return nil
            }
            let weight = self.number(fields["weight"], in: 0.001...1e6) ?? 1
            return ModelSettings.Reference(name: name, weight: weight, place: element.place)
        }
    }

    /// Every plugin must be there, and be a model.
    private mutating func checkPlugins(
        _ members: [SourceNode.Member], _ models: [ModelSettings], _ plugins: PluginHost
    ) {
        for model in models {
            guard case .backend(let backend) = model.source, backend.kind == .plugin else { continue }
            do { _ = try plugins.manifest(of: backend.model, .adapter) } catch {
                let value = members.first { $0.key == model.name }?.value
                let named = value?.members?.first { $0.key == "model" }?.value
                self.note((named ?? value)?.place ?? model.place, error.message)
            }
        }
    }

    /// Every reference must name a model, and none may lead back to where it comes from.
    private mutating func checkReferences(_ models: [ModelSettings], names: [String]) {
        let byName = Dictionary(models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for reference in models.flatMap(\.references) where !names.contains(reference.name) {
            self.note(
                reference.place, "There is no model '\(reference.name)' in this file.",
                NearestName.hint(for: reference.name, in: names))
        }
        for model in models {
            var (reached, waiting) = (Set<String>(), model.references.map(\.name))
            while let name = waiting.popLast() {
                guard reached.insert(name).inserted else { continue }
                waiting += byName[name]?.references.map(\.name) ?? []
            }
            if reached.contains(model.name) {
                self.note(
                    model.place, "The model '\(model.name)' is made of itself.", "Take out one of the references.")
            }
        }
    }
}
