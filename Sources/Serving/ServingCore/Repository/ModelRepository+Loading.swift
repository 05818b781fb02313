// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import KServeProtocol
internal import LLMCore
internal import Logging
internal import SwiftProtobuf

/// What a client says with a request to load a model.
package struct LoadParameters: Sendable {
    /// A configuration as JSON, instead of that of the folder.
    package var configuration: String?
    /// Files instead of those of the folder, by `<version>/<name>`.
    package var files: [String: [UInt8]] = [:]

    /// Everything from the folder.
    package init() {}
}

extension ModelRepository {
    /// Makes sure that clients may load and unload models.
    ///
    /// - Throws: ``ServingError`` with code `.unavailable` where the models are those of the folders.
    package func checkControl() throws {
        guard self.options.control == .explicit else {
            throw ServingError(
                .unavailable,
                "Clients may not load or unload models: the server's model_control_mode is '\(self.options.control.rawValue)', not 'explicit'."
            )
        }
    }

    /// Loads a model, or what has changed of it; versions in service go on until their successors are ready.
    ///
    /// What an ensemble is made of is loaded first where it is not there.
    ///
    /// - Throws: ``ServingError`` that says why it cannot be loaded; then everything is as it was.
    package func load(_ name: String, _ parameters: LoadParameters = LoadParameters()) async throws {
        let given = try? parameters.configuration.map { try ConfigurationForm.json.read($0, file: "config") }
        let steps = given.map { Self.steps(of: $0) } ?? (try? self.steps(of: name)) ?? []
        let problem = steps.isEmpty ? nil : await self.loadSteps(steps, of: name)
        try await self.loadOne(name, parameters, problem: problem)
    }

    /// Loads a model alone.
    ///
    /// - Parameter problem: Why it cannot be loaded, where that is known already.
    func loadOne(_ name: String, _ parameters: LoadParameters, problem: ServingError? = nil) async throws {
        try await self.locks.holding(name) {
            do {
                if let problem, let folder = ModelFolder.named(name, in: self.options.folders) {
                    self.change(name) { $0.seen = folder.stamp }
                    throw problem
                }
                try await self.loadAlone(name, parameters)
            } catch {
                let told = ServingError(error)
                let isThere = ModelFolder.named(name, in: self.options.folders) != nil
                guard isThere || !self.entry(named: name).versions.isEmpty else { throw told }
                self.change(name) { entry in
                    for (version, state) in entry.versions {
                        if case .loading = state { entry.versions[version] = .unavailable(told.message) }
                    }
                    // A folder without a version that could be named; what has no folder is not remembered.
                    if isThere, entry.versions.isEmpty { entry.versions[1] = .unavailable(told.message) }
                }
                self.log.error("Model not loaded", metadata: ["model": "\(name)", "error": "\(told)"])
                throw told
            }
        }
    }

    /// Ends a model's service.
    ///
    /// - Parameter dependents: Whether the models of which it is made go, too.
    /// - Throws: ``ServingError`` with code `.notFound` where there is no such model, `.unavailable` where it may still come.
    package func unload(_ name: String, dependents: Bool = false) async throws {
        try await self.locks.holding(name) {
            let ready = self.entry(named: name).ready
            guard !ready.isEmpty || self.entries.contains(where: { $0.name == name }) else {
                throw self.absence("model '\(name)'", name)
            }
            self.change(name) { entry in
                for (version, model) in ready { entry.versions[version] = .unloading(model) }
                entry.stamps = [:]
                if let folder = ModelFolder.named(name, in: self.options.folders) { entry.seen = folder.stamp }
            }
            self.log.info("Model unloaded", metadata: ["model": "\(name)"])
            guard dependents, let message = ready.last?.model.configuration.message else { return }
            for step in Set(message.ensembleScheduling.step.map(\.modelName)) where step != name {
                try await self.unload(step, dependents: true)
            }
        }
    }

    /// Adds a model of the program's own; it serves at once.
    package func add(_ model: any ServedModel, configuration: ModelConfiguration) {
        let loaded = LoadedModel(
            model, configuration: configuration, version: 1, clock: self.clock, tracer: self.tracer)
        self.change(configuration.name) { $0.versions[1] = .ready(loaded) }
    }

    private func loadAlone(_ name: String, _ parameters: LoadParameters) async throws {
        let folder = ModelFolder.named(name, in: self.options.folders)
        if let folder { self.change(name) { $0.seen = folder.stamp } }
        let files = parameters.files.isEmpty ? nil : try TemporaryFolder(parameters.files)
        guard let source = files.map({ ModelFolder(name: name, path: $0.path) }) ?? folder else {
            throw ServingError(.notFound, "There is no model '\(name)' in the repository.")
        }
        guard files == nil || parameters.configuration != nil else {
            throw ServingError(.invalidArgument, "Files of the model '\(name)' need its configuration with them.")
        }
        var message =
            try parameters.configuration.map { try ConfigurationForm.json.read($0, file: "The parameter 'config'") }
            ?? source.configuration() ?? self.implied(by: source)
        if message.name.isEmpty { message.name = name }
        guard message.name == name else {
            throw ServingError(
                .invalidArgument, "The folder '\(name)' has the configuration of a model '\(message.name)'.")
        }
        if message.backend.isEmpty, self.backends[message.platform] != nil { message.backend = message.platform }
        if message.backend.isEmpty, message.platform.isEmpty, message.schedulingChoice?.isEnsemble != true {
            message.backend = (try? self.implied(by: source))?.backend ?? ""
        }
        let versions = message.versionPolicy.chosen(from: source.versions)
        guard !versions.isEmpty else {
            throw ServingError(.invalidArgument, "The model '\(name)' has no folder of a version that is to be served.")
        }
        let isOwn = parameters.configuration == nil
        try await self.replace(name, message, source, versions, files, isOwn: isOwn)
    }

    /// The configuration of a model that has none, as the files of its latest version imply it.
    private func implied(by source: ModelFolder) throws -> Inference_ModelConfig {
        let folder = "\(source.path)/\(source.versions.last ?? 1)"
        let backend = self.backends.values.first { backend in
            backend.modelFile.map { FileManager.default.fileExists(atPath: "\(folder)/\($0)") } ?? false
        }
        guard let backend else {
            let files = Set(self.backends.values.compactMap(\.modelFile)).sorted()
            throw ServingError(
                .invalidArgument,
                "The model '\(source.name)' has no config.pbtxt, config.yaml or config.json in its folder\(files.isEmpty ? "" : ", and no \(files.joined(separator: " or ")) in that of its version")."
            )
        }
        return .with { $0.backend = backend.name }
    }

    /// Makes the versions that are new or changed, then puts them into service all at once.
    private func replace(
        _ name: String, _ message: Inference_ModelConfig, _ source: ModelFolder, _ versions: [Int],
        _ files: TemporaryFolder?, isOwn: Bool
    ) async throws {
        let before = self.entry(named: name)
        var after = ModelRepository.Entry()
        for version in versions {
            let stamp = isOwn ? source.stamp(of: version) : ""
            after.stamps[version] = stamp
            if isOwn, before.stamps[version] == stamp, case .ready = before.versions[version] {
                after.versions[version] = before.versions[version]
                continue
            }
            if before.versions[version].map({ if case .ready = $0 { false } else { true } }) ?? true {
                self.change(name) { $0.versions[version] = .loading }
            }
            after.versions[version] = .ready(
                try await self.made(message, version, "\(source.path)/\(version)", files))
        }
        let final = after
        self.change(name) { entry in
            for (version, model) in entry.ready where final.versions[version] == nil {
                entry.versions[version] = .unloading(model)
            }
            for (version, state) in final.versions { entry.versions[version] = state }
            for (version, state) in entry.versions where final.versions[version] == nil {
                if case .unloading = state { continue }
                entry.versions[version] = nil
            }
            entry.stamps = final.stamps
        }
        self.log.info(
            "Model loaded", metadata: ["model": "\(name)", "versions": "\(versions)"])
    }

    private func made(
        _ message: Inference_ModelConfig, _ version: Int, _ folder: String, _ files: TemporaryFolder?
    ) async throws -> LoadedModel {
        let (model, configuration): (any ServedModel, ModelConfiguration)
        if message.schedulingChoice?.isEnsemble == true {
            configuration = try ModelConfiguration(message)
            model = try EnsembleModel(configuration, find: { [unowned self] in try self.model(named: $0, version: $1) })
            {
                [unowned self] in try await self.infer($0)
            }
        } else {
            guard let backend = self.backends[message.backend] else {
                throw ServingError(
                    .invalidArgument,
                    "There is no backend '\(message.backend)'. \(NearestName.hint(for: message.backend, in: self.backends.keys))"
                )
            }
            configuration = try ModelConfiguration(try await backend.completed(message, folder: folder))
            model = try await backend.load(
                ModelSource(configuration: configuration, version: version, folder: folder))
        }
        let loaded = LoadedModel(
            model, configuration: configuration, version: version, clock: self.clock, files: files,
            tracer: self.tracer)
        try await loaded.warmUp(folder: folder)
        return loaded
    }
}

extension Inference_ModelConfig.OneOf_SchedulingChoice {
    /// Whether the model is made of others.
    fileprivate var isEnsemble: Bool { if case .ensembleScheduling = self { true } else { false } }
}
