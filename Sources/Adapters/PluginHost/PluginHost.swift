// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
public import LLMCore
internal import OrderedCollections
internal import Synchronization

/// Finds plugins in folders, loads each when it is first called, and replaces it while it is in use.
///
/// Where a plugin runs, and what it may do, says the ``PluginPolicy``. A plugin in this process may do what the process may.
public final class PluginHost: Sendable {
    /// A folder with a manifest, and what became of reading it.
    public struct Found: Sendable {
        /// The plugin's folder.
        public var folder: String
        /// What it is, or why it cannot be used.
        public var manifest: Result<PluginManifest, PluginError>
        /// What of its files tells whether they have changed.
        let stamp: String
    }

    private struct State {
        var found: Result<[Found], PluginError>?
        var slots: [String: PluginSlot] = [:]
        /// The loaded plugins' files as they were when they were loaded.
        var stamps: [String: String] = [:]
        /// Why plugins go on as they were, as it was told last.
        var told: [String: String] = [:]
    }

    private let folders: [String]
    /// What is loaded, and where it runs.
    public let policy: PluginPolicy
    private let helper: [String]?
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())
    /// Held while folders are read anew, so that two changes never meet.
    private let changing = Mutex(())

    /// Makes a host.
    ///
    /// - Parameters:
    ///   - folders: Folders in which each plugin has a folder of its own; or those that are plugins themselves.
    ///   - policy: What is loaded, and where it runs.
    ///   - helper: The path of a program that calls ``PluginProcess/run(_:)``, and arguments to put before its own; nil where there
    ///     is none, so that nothing can run in a process of its own.
    ///   - now: Tells the time for quarantine and pauses.
    public init(
        folders: [String], policy: PluginPolicy = PluginPolicy(), helper: [String]? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        (self.folders, self.policy, self.helper, self.now) = (folders, policy, helper, now)
    }

    /// Whether there is a place where plugins may be.
    public var hasFolders: Bool { !self.folders.isEmpty }

    // MARK: - What there is

    /// Every plugin there is, in the order found; the folders are read once, and again by ``refresh()``.
    ///
    /// - Throws: ``PluginError`` if a folder cannot be listed.
    public func plugins() throws(PluginError) -> [Found] {
        let result = self.state.withLock { state in
            if let found = state.found { return found }
            let found = Result { () throws(PluginError) in
                PluginDiscovery.resolved(try PluginDiscovery.find(in: self.folders))
            }
            state.found = found
            return found
        }
        return try result.get()
    }

    /// A plugin's manifest.
    ///
    /// - Throws: ``PluginError``: there is no such plugin, it cannot be read, or what it needs is not there.
    public func manifest(of name: String) throws(PluginError) -> PluginManifest { try self.plugin(named: name).0 }

    /// The names of the plugins that can be loaded, each after those that it needs.
    ///
    /// - Throws: ``PluginError`` if a folder cannot be listed.
    public func loadingOrder() throws(PluginError) -> [String] {
        PluginResolution(try self.plugins().compactMap { try? $0.manifest.get() }).order
    }

    /// What became of every plugin that was asked for, by name.
    public var statuses: [PluginStatus] {
        self.state.withLock { $0.slots.values.map { $0 } }.map(\.status).sorted { $0.name < $1.name }
    }

    /// Lets a plugin out of quarantine.
    ///
    /// - Parameter name: The plugin's name; nothing happens if it is in no quarantine.
    public func release(_ name: String) { self.state.withLock { $0.slots[name] }?.release() }

    // MARK: - Loading

    /// Checks a plugin as ``PluginPolicy`` wants it, compares its library with its manifest, and loads it.
    ///
    /// - Throws: ``PluginError`` that says what is wrong.
    public func verify(_ name: String) throws(PluginError) {
        let runtime = try self.slot(of: name).running()
        if let complaint = runtime.complaint { throw Self.unwell(runtime.manifest, complaint) }
    }

    /// Loads a plugin's files anew and lets later calls go there; calls under way end where they began.
    ///
    /// - Throws: ``PluginError``: the new version cannot be used, and the old one goes on.
    public func reload(_ name: String) throws(PluginError) {
        let failure = try self.changing.withLock { _ throws(PluginError) in
            try self.refresh(forced: name).first { $0.name == name }?.error
        }
        if let failure { throw failure }
    }

    /// Loads a plugin as ``reload(_:)`` does, on a thread that may wait.
    ///
    /// - Throws: ``PluginError``: there is no such plugin, or the new version cannot be used, and the old one goes on.
    public func loadAnew(_ name: String) async throws(PluginError) {
        let result = await self.apart { () -> Result<Void, PluginError> in
            Result { () throws(PluginError) in
                _ = try self.manifest(of: name)
                try self.reload(name)
            }
        }
        try result.get()
    }

    /// Does what may take its time, and must not take it from tasks.
    func apart<Output: Sendable>(_ work: @escaping @Sendable () -> Output) async -> Output {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }

    /// Reads the folders anew: new plugins are known, changed ones that are loaded are replaced, removed ones unloaded.
    ///
    /// - Returns: What was done; nothing for what is as it was.
    /// - Throws: ``PluginError`` if a folder cannot be listed.
    @discardableResult
    public func refresh() throws(PluginError) -> [PluginChange] {
        try self.changing.withLock { _ throws(PluginError) in try self.refresh(forced: nil) }
    }

    /// Reads the folders anew again and again, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: The time between two readings.
    ///   - onChange: Is told what was done, and what is wrong with the folders when that changes.
    public func watch(
        every interval: Duration, onChange: @Sendable (Result<[PluginChange], PluginError>) -> Void
    ) async {
        var last: String?
        while (try? await Task.sleep(for: interval)) != nil {
            let result = await self.apart { Result { () throws(PluginError) in try self.refresh() } }
            switch result {
            case .success(let changes) where changes.isEmpty: last = nil
            case .failure(let error) where error.message == last: break
            case .success: onChange(result)
            case .failure(let error):
                last = error.message
                onChange(result)
            }
        }
    }

    private func refresh(forced: String?) throws(PluginError) -> [PluginChange] {
        let old = (try? self.plugins()) ?? []
        let (found, kept) = PluginDiscovery.replacing(old, by: try PluginDiscovery.find(in: self.folders))
        self.state.withLock { $0.found = .success(found) }
        var changes: [PluginChange] = []
        for plugin in found {
            guard case .success(let manifest) = plugin.manifest, kept[manifest.name] == nil else { continue }
            let (slot, stamp) = self.state.withLock { ($0.slots[manifest.name], $0.stamps[manifest.name]) }
            guard let slot, stamp != plugin.stamp || forced == manifest.name else { continue }
            let change = self.replace(slot, manifest, plugin)
            if change.error != nil { self.restore(manifest.name, old) }
            changes.append(change)
        }
        changes += self.news(of: kept).map { PluginChange(name: $0, kind: .kept($1)) }
        let names = Set(found.compactMap { try? $0.manifest.get().name }).union(kept.keys)
        let gone = self.state.withLock { state in
            let gone = state.slots.filter { !names.contains($0.key) }
            for name in gone.keys {
                state.slots[name] = nil
                state.stamps[name] = nil
            }
            return gone
        }
        for slot in gone.values { slot.unload() }
        changes += gone.keys.map { PluginChange(name: $0, kind: .unloaded) }
        return changes.sorted { $0.name < $1.name }
    }

    /// Puts a new version in an old one's place; a failure is told once for each state of the files.
    private func replace(_ slot: PluginSlot, _ manifest: PluginManifest, _ plugin: Found) -> PluginChange {
        self.state.withLock { $0.stamps[manifest.name] = plugin.stamp }
        guard slot.isLoaded else {
            slot.release()
            return PluginChange(name: manifest.name, kind: .replaced(from: nil, to: manifest.version))
        }
        do throws(PluginError) {
            let runtime = try self.load(manifest, in: plugin.folder)
            if let complaint = runtime.complaint { throw Self.unwell(manifest, complaint) }
            let old = slot.swap(to: runtime)
            return PluginChange(name: manifest.name, kind: .replaced(from: old, to: manifest.version))
        } catch { return PluginChange(name: manifest.name, kind: .kept(error)) }
    }

    /// Keeps an old version's manifest, by which calls are checked as long as it goes on.
    private func restore(_ name: String, _ old: [Found]) {
        guard let before = old.first(where: { (try? $0.manifest.get().name) == name }) else { return }
        self.state.withLock { state in
            guard case .success(let found)? = state.found else { return }
            state.found = .success(found.map { (try? $0.manifest.get().name) == name ? before : $0 })
        }
    }

    /// What has not been told yet.
    private func news(of kept: [String: PluginError]) -> [String: PluginError] {
        self.state.withLock { state in
            defer { state.told = kept.mapValues(\.message) }
            return kept.filter { state.told[$0.key] != $0.value.message }
        }
    }

    private static func unwell(_ manifest: PluginManifest, _ complaint: String) -> PluginError {
        PluginError(.cannotLoad, "The plugin \(manifest.title) says that it is not well: \(complaint.prefix(2_000))")
    }

    /// A plugin, and where it is.
    ///
    /// - Parameter kind: Of which kind those are that are suggested instead; nil for any.
    func plugin(
        named name: String, _ kind: PluginKind? = nil
    ) throws(PluginError) -> (PluginManifest, Found) {
        let found = try self.plugins()
        var names: [String] = []
        for plugin in found {
            // A broken plugin is known by its folder only.
            let folderName = String(plugin.folder.split(separator: "/").last ?? "")
            switch plugin.manifest {
            case .success(let manifest) where manifest.name == name: return (manifest, plugin)
            case .failure(let error) where folderName == name: throw error
            case .success(let manifest): if kind == nil || kind == manifest.kind { names.append(manifest.name) }
            case .failure: break
            }
        }
        if names.isEmpty, let kind, !found.isEmpty {
            throw PluginError(.unknown, "There is no plugin '\(name)', nor another \(kind.rawValue).")
        }
        let hint =
            names.isEmpty
            ? "No plugins were found; name a folder of them in AUTOGLM_PLUGINS or --plugins."
            : NearestName.hint(for: name, in: names)
        throw PluginError(.unknown, "There is no plugin '\(name)'. \(hint)")
    }

    func slot(of name: String) throws(PluginError) -> PluginSlot {
        if let slot = self.state.withLock({ $0.slots[name] }) { return slot }
        let (_, plugin) = try self.plugin(named: name)
        let slot = PluginSlot(name, quarantine: self.policy.quarantine, now: self.now) {
            [weak self] () throws(PluginError) in
            guard let self else { throw PluginError(.unloaded, "The plugin '\(name)' is unloaded.") }
            return try self.loadWithNeeds(name)
        }
        // Of two that were made at once the first is kept.
        return self.state.withLock { state in
            if let first = state.slots[name] { return first }
            state.slots[name] = slot
            state.stamps[name] = plugin.stamp
            return slot
        }
    }

    /// Loads what a plugin needs, then the plugin; another version that was installed since the folders were read is taken.
    private func loadWithNeeds(_ name: String, attempts: Int = 3) throws(PluginError) -> any PluginRuntime {
        let (manifest, plugin) = try self.plugin(named: name)
        for need in manifest.needs { _ = try self.slot(of: need.name).running() }
        do { return try self.load(manifest, in: plugin.folder) } catch {
            let stamp = PluginFiles.stamp(of: plugin.folder)
            guard attempts > 1, error.code == .altered, stamp != plugin.stamp else { throw error }
            let found = PluginDiscovery.resolved(try PluginDiscovery.find(in: self.folders))
            self.state.withLock { state in
                state.found = .success(found)
                state.stamps[name] = stamp
            }
            return try self.loadWithNeeds(name, attempts: attempts - 1)
        }
    }

    private func load(_ manifest: PluginManifest, in folder: String) throws(PluginError) -> any PluginRuntime {
        try self.policy.check(manifest)
        guard self.policy.isolates(manifest) else { return try OpenPlugin(manifest, in: folder) }
        guard let helper = self.helper else {
            throw PluginError(
                .forbidden,
                "The policy wants the plugin \(manifest.title) in a process of its own, which this program cannot start."
            )
        }
        return try IsolatedPlugin(
            manifest, in: folder, helper: helper, granted: self.policy.granted(to: manifest),
            limits: self.policy.limits, now: self.now)
    }
}
