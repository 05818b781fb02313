// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import PromptTemplates

/// Which of some plugins can be loaded beside each other, in which order, and why the others cannot.
struct PluginResolution {
    /// The plugins that can be loaded, each after those that it needs; otherwise by name.
    private(set) var order: [String] = []
    /// Why others cannot, in words.
    private(set) var refusals: [String: String] = [:]

    private let manifests: [String: PluginManifest]

    init(_ manifests: [PluginManifest]) {
        self.manifests = Dictionary(manifests.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = self.manifests.keys.sorted()
        for name in names { self.refusals[name] = self.cycle(from: name) }
        for name in names where self.refusals[name] == nil { self.refusals[name] = self.ownProblem(name) }
        self.spread(names)
        for name in names { self.place(name) }
    }

    /// What is wrong between a plugin and what there is.
    private func ownProblem(_ name: String) -> String? {
        guard let manifest = self.manifests[name] else { return nil }
        for need in manifest.needs {
            guard let other = self.manifests[need.name] else {
                let hint = NearestName.hint(for: need.name, in: self.manifests.keys.sorted().filter { $0 != name })
                return "\(manifest.title) wants \(need), but there is no such plugin. \(hint)"
            }
            if !need.versions.contains(other.version) {
                return "\(manifest.title) wants \(need); there is \(other.title). Install a version that fits both."
            }
        }
        for conflict in manifest.conflicts {
            if let other = self.manifests[conflict.name], conflict.versions.contains(other.version) {
                return
                    "\(manifest.title) cannot be beside \(conflict); there is \(other.title). Take one of them away."
            }
        }
        return nil
    }

    /// The way from a plugin over what it needs back to itself, if there is one.
    private func cycle(from name: String) -> String? {
        var seen: Set<String> = []
        func way(_ current: String) -> [String]? {
            for need in self.manifests[current]?.needs ?? [] {
                if need.name == name { return [current] }
                guard self.manifests[need.name] != nil, seen.insert(need.name).inserted else { continue }
                if let rest = way(need.name) { return [current] + rest }
            }
            return nil
        }
        guard let way = way(name) else { return nil }
        let chain = (way.dropFirst() + [name]).map { "'\($0)'" }.joined(separator: ", which wants ")
        return "'\(name)' wants \(chain): none of them can be the first. One of them must do without another."
    }

    /// Refuses those that need what is refused, until nothing changes.
    private mutating func spread(_ names: [String]) {
        var isChanging = true
        while isChanging {
            isChanging = false
            for name in names where self.refusals[name] == nil {
                guard let manifest = self.manifests[name],
                    let need = manifest.needs.first(where: { self.refusals[$0.name] != nil })
                else { continue }
                self.refusals[name] =
                    "\(manifest.title) wants \(need), which cannot be used: \(self.refusals[need.name] ?? "")"
                isChanging = true
            }
        }
    }

    /// Puts a plugin after those that it needs; there are no circles among those that are left.
    private mutating func place(_ name: String) {
        guard self.refusals[name] == nil, !self.order.contains(name) else { return }
        for need in (self.manifests[name]?.needs ?? []).map(\.name).sorted() { self.place(need) }
        self.order.append(name)
    }
}
