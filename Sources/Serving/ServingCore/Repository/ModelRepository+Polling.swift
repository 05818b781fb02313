// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import Logging

extension ModelRepository {
    /// Loads the models of the start, and goes on looking at the files where that is wanted.
    func loadAtStart() async {
        let all = self.folders
        switch self.options.control {
        case .none, .poll: await self.load(each: all.map(\.name))
        case .explicit:
            let wanted = self.options.loadedAtStart
            await self.load(each: wanted.contains("*") ? all.map(\.name) : wanted)
        }
        self.setStarted()
        guard self.options.control == .poll else { return }
        let interval = UInt64(max(0.001, self.options.pollInterval / .seconds(1)) * 1e9)
        while true {
            do { try await self.clock.sleep(for: interval) } catch { return }
            await self.poll()
        }
    }

    /// Loads what is new or has changed, and ends what is gone.
    package func poll() async {
        let folders = self.folders
        for (name, entry) in self.entries where entry.seen != nil && !entry.ready.isEmpty {
            if !folders.contains(where: { $0.name == name }) { try? await self.unload(name) }
        }
        let changed = folders.filter { self.entry(named: $0.name).seen != $0.stamp }.map(\.name)
        guard !changed.isEmpty else { return }
        // What is made of others may have waited for what is there now.
        let waiting = self.ensembles(among: folders.map(\.name)).filter { name in
            !changed.contains(name) && self.entry(named: name).ready.isEmpty && self.entry(named: name).hasFailed
        }
        await self.load(each: changed + waiting)
    }

    /// The models of all repositories; of two with one name, the first.
    var folders: [ModelFolder] {
        var seen: Set<String> = []
        return self.options.folders.flatMap(ModelFolder.all).filter { seen.insert($0.name).inserted }
    }

    /// Loads models; what fails is told in the index and in the log.
    private func load(each names: [String]) async {
        // Those that are made of others come after them.
        let ensembles = Set(self.ensembles(among: names))
        for name in names.filter({ !ensembles.contains($0) }) + names.filter(ensembles.contains) {
            try? await self.load(name)
        }
    }

    private func ensembles(among names: [String]) -> [String] {
        names.filter { ((try? self.steps(of: $0)) ?? []).isEmpty == false }
    }
}
