// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Finds plugins in folders, and says which of them can be used beside each other.
enum PluginDiscovery {
    /// The plugins of some folders as their manifests say; two of one name are told.
    static func find(in folders: [String]) throws(PluginError) -> [PluginHost.Found] {
        var found: [PluginHost.Found] = []
        var places: [String: String] = [:]
        for folder in folders {
            let candidates = PluginFiles.isPlugin(folder) ? [folder] : try PluginFiles.folders(in: folder)
            for candidate in candidates where PluginFiles.isPlugin(candidate) {
                // Before reading: what changes meanwhile is seen the next time.
                let stamp = PluginFiles.stamp(of: candidate)
                found.append(
                    PluginHost.Found(folder: candidate, manifest: self.read(candidate, &places), stamp: stamp))
            }
        }
        return found
    }

    private static func read(
        _ folder: String, _ places: inout [String: String]
    ) -> Result<PluginManifest, PluginError> {
        do throws(PluginError) {
            let manifest = try PluginFiles.manifest(in: folder)
            if let place = places.updateValue(folder, forKey: manifest.name) {
                places[manifest.name] = place
                throw PluginError(
                    .invalidManifest,
                    "The plugin '\(manifest.name)' is in '\(folder)' and in '\(place)'; take one of them away.")
            }
            return .success(manifest)
        } catch { return .failure(error) }
    }

    /// The same with a failure for each that cannot be used beside the others.
    static func resolved(_ found: [PluginHost.Found]) -> [PluginHost.Found] {
        let resolution = PluginResolution(found.compactMap { try? $0.manifest.get() })
        return found.map { plugin in
            guard case .success(let manifest) = plugin.manifest, let reason = resolution.refusals[manifest.name] else {
                return plugin
            }
            var plugin = plugin
            plugin.manifest = .failure(PluginError(.unresolved, reason))
            return plugin
        }
    }

    /// What there is after folders have changed: a plugin that could be used stays as it was if its files are now wrong, or if others
    /// that can be used could not with its new version.
    ///
    /// - Parameters:
    ///   - old: What there was.
    ///   - new: What the folders hold now, by its manifests.
    /// - Returns: What there is, and why some of it is the old.
    static func replacing(
        _ old: [PluginHost.Found], by new: [PluginHost.Found]
    ) -> (found: [PluginHost.Found], kept: [String: PluginError]) {
        let usable = Dictionary(
            old.compactMap { plugin in (try? plugin.manifest.get()).map { ($0.name, (plugin, $0)) } },
            uniquingKeysWith: { first, _ in first })
        var (found, kept) = (new, [String: PluginError]())
        for (index, plugin) in found.enumerated() {
            guard case .failure(let error) = plugin.manifest,
                let before = usable.values.first(where: { $0.0.folder == plugin.folder })
            else { continue }
            found[index] = before.0
            kept[before.1.name] = error
        }
        while true {
            let result = self.resolved(found)
            let broken = zip(found, result).compactMap { candidate, outcome -> (PluginManifest, PluginError)? in
                guard case .success(let manifest) = candidate.manifest, case .failure(let error) = outcome.manifest,
                    usable[manifest.name] != nil
                else { return nil }
                return (manifest, error)
            }
            // Those that have changed, and are broken or needed by what is.
            let blamed = broken.flatMap { manifest, error in
                ([manifest.name] + manifest.needs.map(\.name) + manifest.conflicts.map(\.name)).map { ($0, error) }
            }.first { name, _ in
                kept[name] == nil
                    && found.contains { plugin in
                        guard let before = usable[name], let manifest = try? plugin.manifest.get() else { return false }
                        return manifest.name == name && plugin.stamp != before.0.stamp
                    }
            }
            guard let (name, error) = blamed, let before = usable[name],
                let index = found.firstIndex(where: { (try? $0.manifest.get().name) == name })
            else { return (result, kept) }
            found[index] = before.0
            kept[name] = error
        }
    }
}
