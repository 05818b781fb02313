// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import Synchronization

/// Finds plugins in folders, and loads each when it is first called.
///
/// A plugin runs in this process, with everything that the process may do: load only what you would link.
public final class PluginHost: Sendable {
    /// A folder with a manifest, and what became of reading it.
    public struct Found: Sendable {
        /// The plugin's folder.
        public var folder: String
        /// What it is, or why that cannot be known.
        public var manifest: Result<PluginManifest, PluginError>
    }

    private struct State {
        var found: Result<[Found], PluginError>?
        var opened: [String: OpenPlugin] = [:]
    }

    private let folders: [String]
    private let state = Mutex(State())

    /// Makes a host.
    ///
    /// - Parameter folders: Folders in which each plugin has a folder of its own; of those that are plugins themselves.
    public init(folders: [String]) { self.folders = folders }

    /// Every plugin there is, in the order found; the folders are read once.
    ///
    /// - Throws: ``PluginError`` if a folder cannot be listed.
    public func plugins() throws(PluginError) -> [Found] {
        let result = self.state.withLock { state in
            if let found = state.found { return found }
            let found = Result { () throws(PluginError) in try Self.find(in: self.folders) }
            state.found = found
            return found
        }
        return try result.get()
    }

    /// A plugin's manifest.
    ///
    /// - Throws: ``PluginError``: there is no such plugin, or its manifest cannot be read.
    public func manifest(of name: String) throws(PluginError) -> PluginManifest { try self.plugin(named: name).0 }

    /// Calls a step of a plugin.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - step: The step's name.
    ///   - input: An object of what the manifest says that the step takes.
    /// - Returns: An object of what the manifest says that the step gives.
    /// - Throws: ``PluginError``: what the plugin says, with a code such as `word-count.empty-text`, or what is wrong with it.
    public func call(_ plugin: String, step: String, input: JSONValue) async throws -> JSONValue {
        let opened = try self.open(plugin)
        let operation = try opened.manifest.step(named: step)
        if let problem = operation.inputs.problem(with: input) {
            throw PluginError(.badInput, "The step '\(step)' of the plugin '\(plugin)' cannot take that: \(problem).")
        }
        let reply = try await opened.call(step, Array(input.serialized().utf8))
        guard reply.status == 0 else { throw Self.failure(of: plugin, step, reply) }
        let output: JSONValue
        do { output = try JSONValue(parsing: reply.bytes) } catch {
            throw PluginError(
                .badReply, "The step '\(step)' of the plugin '\(plugin)' gave what is no JSON.", cause: error)
        }
        if let problem = operation.outputs.problem(with: output) {
            throw PluginError(
                .badReply,
                "The step '\(step)' of the plugin '\(plugin)' gave what its manifest does not promise: \(problem).")
        }
        return output
    }

    /// Compares a plugin's library with its manifest, and loads it.
    ///
    /// - Throws: ``PluginError`` that says what is wrong.
    public func verify(_ name: String) throws(PluginError) { _ = try self.open(name) }

    // MARK: - Loading

    private func plugin(named name: String) throws(PluginError) -> (PluginManifest, folder: String) {
        let found = try self.plugins()
        var names: [String] = []
        for plugin in found {
            // A broken plugin is known by its folder only.
            let folderName = String(plugin.folder.split(separator: "/").last ?? "")
            switch plugin.manifest {
            case .success(let manifest) where manifest.name == name: return (manifest, plugin.folder)
            case .failure(let error) where folderName == name: throw error
            case .success(let manifest): names.append(manifest.name)
            case .failure: break
            }
        }
        let hint =
            names.isEmpty
            ? "No plugins were found; name a folder of them in AUTOGLM_PLUGINS or --plugins."
            : NearestName.hint(for: name, in: names)
        throw PluginError(.unknown, "There is no plugin '\(name)'. \(hint)")
    }

    private func open(_ name: String) throws(PluginError) -> OpenPlugin {
        if let opened = self.state.withLock({ $0.opened[name] }) { return opened }
        let (manifest, folder) = try self.plugin(named: name)
        let opened = try OpenPlugin(manifest, in: folder)
        // Of two that were loaded at once the first is kept.
        return self.state.withLock { state in
            if let first = state.opened[name] { return first }
            state.opened[name] = opened
            return opened
        }
    }

    private static func find(in folders: [String]) throws(PluginError) -> [Found] {
        var found: [Found] = []
        var places: [String: String] = [:]
        for folder in folders {
            let candidates = PluginFiles.isPlugin(folder) ? [folder] : try PluginFiles.folders(in: folder)
            for candidate in candidates where PluginFiles.isPlugin(candidate) {
                found.append(Found(folder: candidate, manifest: self.read(candidate, &places)))
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

    // MARK: - Failures

    /// What a plugin says of a call that failed; it may say anything.
    private static func failure(of plugin: String, _ step: String, _ reply: OpenPlugin.Reply) -> PluginError {
        let said = try? JSONValue(parsing: reply.bytes)
        let code = said?["code"]?.stringValue.flatMap { PluginManifestReader.isWord($0) ? $0 : nil }
        let message = said?["message"]?.stringValue.map { String($0.prefix(2_000)) }
        return PluginError(
            PluginError.Code(rawValue: "\(plugin).\(code ?? "failed")"),
            "The step '\(step)' of the plugin '\(plugin)' failed (status \(reply.status))\(message.map { ": \($0)" } ?? ".")"
        )
    }
}
