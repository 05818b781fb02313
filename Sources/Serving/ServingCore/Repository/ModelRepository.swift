// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
package import Logging
package import Observability
internal import ServiceLifecycle
internal import Synchronization

/// When models are loaded.
package enum ModelControl: String, Sendable, CaseIterable {
    /// All of them when the server starts.
    case none
    /// When a client says so.
    case explicit
    /// All of them, and again whenever their files change.
    case poll
}

/// The models that the server has, from folders of the form `NAME/VERSION/` with a configuration, and from the program.
///
/// It is a `Service`: while it runs, the models' requests do. A version serves only when it is ready, and one that is
/// replaced or ended still answers what it has taken.
package final class ModelRepository: Service {
    /// Where models come from, and when.
    package struct Options: Sendable {
        /// The repositories' folders; of two models with one name, the first counts.
        package var folders: [String] = []
        /// When models are loaded.
        package var control = ModelControl.none
        /// With explicit control, the models that are loaded at the start; `*` for all.
        package var loadedAtStart: [String] = []
        /// How often files are looked at.
        package var pollInterval = Duration.seconds(15)

        /// No models.
        package init() {}
    }

    /// What became of a version.
    enum VersionState: Sendable {
        case loading
        case ready(LoadedModel)
        case unloading(LoadedModel)
        case unavailable(String)
    }

    /// What is known of a model.
    struct Entry: Sendable {
        var versions: [Int: VersionState] = [:]
        /// What the versions were made from.
        var stamps: [Int: String] = [:]
        /// The state of the folder when it was last read.
        var seen: String?
        /// The model that answers where no version is asked for.
        var latest: LoadedModel?

        mutating func refresh() {
            self.latest = self.ready.max { $0.version < $1.version }?.model
        }

        var ready: [(version: Int, model: LoadedModel)] {
            self.versions.compactMap { if case .ready(let model) = $1 { ($0, model) } else { nil } }
        }
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        var isStarted = false
        var aliases: Aliases?
    }

    /// Where its models come from, and when.
    package let options: Options
    let backends: [String: any ModelBackend]
    let clock: ServingClock
    /// Begins spans of requests whose traces are recorded; nil begins none.
    let tracer: SpanTracer?
    /// What the server tells of itself, and how much of it.
    package let log: ServingLog
    /// Loads of one model happen one after the other.
    let locks = NameLocks()
    private let state = Mutex(State())
    /// Models whose requests are to be run.
    private let starts: AsyncStream<LoadedModel>
    private let start: AsyncStream<LoadedModel>.Continuation

    /// Makes a repository that has no models yet.
    ///
    /// - Parameters:
    ///   - backends: What can make models; built-in ones are added.
    ///   - clock: What requests are measured by.
    ///   - tracer: Begins spans of the models' work for requests whose traces are recorded; nil begins none.
    ///   - logger: Is told of models that come and go.
    package init(
        _ options: Options = Options(), backends: [any ModelBackend] = [], clock: ServingClock = ServingClock(),
        tracer: SpanTracer? = nil, logger: Logger
    ) {
        self.tracer = tracer
        self.options = options
        self.backends = Dictionary(
            (BuiltInBackend.all(clock: clock) + backends).flatMap { backend in
                ([backend.name] + backend.otherNames).map { ($0, backend) }
            }, uniquingKeysWith: { $1 })
        self.clock = clock
        self.log = ServingLog(logger)
        (self.starts, self.start) = AsyncStream.makeStream()
    }

    /// Runs the models' requests until it is cancelled or shut down gracefully.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.loadAtStart() }
                for await model in self.starts {
                    group.addTask {
                        await model.run()
                        self.ended(model)
                    }
                }
                group.cancelAll()
            }
        }
    }

    // MARK: Asking

    /// Takes a request.
    ///
    /// - Throws: ``ServingError`` where it is refused.
    package func start(_ request: InferenceRequest) throws -> InferenceCall {
        self.tell(request)
        var closed: LoadedModel?
        while true {
            let model = try self.model(named: request.model, version: request.version)
            // A version that was replaced in this moment takes nothing more, and its successor is there already; one that is still
            // there is closed with the server.
            guard model !== closed else { throw ServingError(.unavailable, "The server is stopping.") }
            do { return try model.start(request) } catch is SchedulerClosed { closed = model }
        }
    }

    /// Asks a model that answers once.
    ///
    /// - Throws: ``ServingError``, and `CancellationError` where the task was cancelled.
    package func infer(_ request: InferenceRequest) async throws -> InferenceResponse {
        try await self.start(request).response()
    }

    /// A version whose runs are so brief that who asks may run them; nil where there is none, whatever the reason.
    package func briefModel(named name: String, version: String = "") -> LoadedModel? {
        guard let model = try? self.model(named: name, version: version), model.answersAtOnce else { return nil }
        return model
    }

    /// Takes requests that came together, as ``LoadedModel/start(_:finished:)`` does.
    ///
    /// - Parameter jobs: The requests, each with the model that it is for.
    package func start(
        _ jobs: [(model: LoadedModel, job: InferenceJob)],
        finished: @escaping @Sendable (Int, Result<InferenceResponse, any Error>) -> Void
    ) -> [Int] {
        var (rest, refused) = (Array(jobs.indices), [Int]())
        // Nearly always there is one model; each has those of its own.
        while let model = rest.first.map({ jobs[$0].model }) {
            let own = rest.filter { jobs[$0].model === model }
            rest.removeAll { jobs[$0].model === model }
            for index in own { self.tell(jobs[index].job.request) }
            refused += model.start(own.map { jobs[$0].job }) { finished(own[$0], $1) }.map { own[$0] }
        }
        return refused
    }

    private func tell(_ request: InferenceRequest) {
        self.log.verbose("Request", metadata: ["model": "\(request.model)", "id": "\(request.id)"])
    }

    /// A version that takes requests, by its number or by an alias (`NAME@ALIAS`).
    ///
    /// - Throws: ``ServingError`` with code `.notFound` for an unknown model or version, `.unavailable` for one that is not
    ///   ready, or not there while models are loaded at the start, `.invalidArgument` for a version that is no number.
    package func model(named name: String, version: String = "") throws -> LoadedModel {
        let number = try Self.number(version)
        let found = self.state.withLock { state -> (model: LoadedModel?, isKnown: Bool, isStarted: Bool) in
            guard let entry = state.entries[name] else { return (nil, false, state.isStarted) }
            guard let number else { return (entry.latest, true, state.isStarted) }
            if case .ready(let model) = entry.versions[number] { return (model, true, state.isStarted) }
            return (nil, entry.versions[number] != nil, state.isStarted)
        }
        if let model = found.model { return model }
        let label = number.map { "version \($0) of the model '\(name)'" } ?? "model '\(name)'"
        guard found.isKnown else {
            if let model = try self.model(aliased: name, version: version) { return model }
            // Models that were loaded since it was looked for may be this one.
            let isStarting = self.loadsFolders && !found.isStarted
            throw self.absence(label, name, isStarting: isStarting)
        }
        throw ServingError(.unavailable, "The \(label) is not ready.")
    }

    /// The error of something that is not there: as long as models are loaded at the start, nobody can say that it never will be.
    func absence(_ label: String, _ name: String, isStarting: Bool? = nil) -> ServingError {
        isStarting ?? self.isStarting
            ? ServingError(.unavailable, "The \(label) is not there yet: the server still loads its models.")
            : ServingError(.notFound, "There is no \(label). \(NearestName.hint(for: name, in: self.names))")
    }

    /// The versions of a model that take requests, in order.
    ///
    /// - Throws: as ``model(named:version:)``, where there is none.
    package func models(named name: String) throws -> [LoadedModel] {
        let ready = self.state.withLock { $0.entries[name]?.ready } ?? []
        guard !ready.isEmpty else { return [try self.model(named: name)] }
        return ready.sorted { $0.version < $1.version }.map(\.model)
    }

    /// All versions that take requests, in order.
    package var allModels: [LoadedModel] {
        self.state.withLock { state in
            state.entries.sorted { $0.key < $1.key }.flatMap { entry in
                entry.value.ready.sorted { $0.version < $1.version }.map(\.model)
            }
        }
    }

    /// Whether the models of the start are loaded, and each model has a version that takes requests.
    package var isReady: Bool {
        self.state.withLock { state in
            state.isStarted && state.entries.values.allSatisfy { $0.latest != nil || !$0.hasFailed }
        }
    }

    /// Whether the models of the start are still to be loaded.
    package var isStarting: Bool { self.loadsFolders && !self.state.withLock(\.isStarted) }

    /// Whether there are models that are loaded at the start.
    private var loadsFolders: Bool {
        let loadsAtStart = self.options.control != .explicit || !self.options.loadedAtStart.isEmpty
        return loadsAtStart && !self.options.folders.isEmpty
    }

    var names: [String] { self.state.withLock { Array($0.entries.keys) } }

    private static func number(_ version: String) throws -> Int? {
        guard !version.isEmpty else { return nil }
        guard version.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(version) else {
            throw ServingError(.invalidArgument, "The version '\(version.prefix(40))' is no number.")
        }
        return number
    }

    // MARK: Changing

    /// Lets requests name versions by aliases, as `NAME@ALIAS`.
    package func resolve(by aliases: @escaping Aliases) { self.state.withLock { $0.aliases = aliases } }

    var aliases: Aliases? { self.state.withLock { $0.aliases } }

    /// What is known of a model.
    func entry(named name: String) -> Entry { self.state.withLock { $0.entries[name] } ?? Entry() }

    /// All that is known, in order of the models' names.
    var entries: [(name: String, entry: Entry)] {
        self.state.withLock { $0.entries }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func setStarted() { self.state.withLock { $0.isStarted = true } }

    /// Changes what is known of a model; versions that serve no longer answer what they have taken.
    func change(_ name: String, _ change: (inout Entry) -> Void) {
        let (before, after) = self.state.withLock { state -> (Entry, Entry) in
            let before = state.entries[name] ?? Entry()
            var after = before
            change(&after)
            after.refresh()
            state.entries[name] = after
            return (before, after)
        }
        for (_, model) in after.ready where !before.ready.contains(where: { $0.model === model }) {
            self.start.yield(model)
        }
        for (_, model) in before.ready where !after.ready.contains(where: { $0.model === model }) { model.retire() }
    }

    private func ended(_ ended: LoadedModel) {
        self.change(ended.configuration.name) { entry in
            for (version, state) in entry.versions {
                if case .unloading(let model) = state, model === ended {
                    entry.versions[version] = .unavailable("unloaded")
                }
            }
        }
    }
}

extension ModelRepository.Entry {
    /// Whether a version could not be loaded.
    var hasFailed: Bool {
        self.versions.values.contains {
            switch $0 {
            case .loading: true
            case .unavailable(let reason): reason != "unloaded"
            case .ready, .unloading: false
            }
        }
    }
}
