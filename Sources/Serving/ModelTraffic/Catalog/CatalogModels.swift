// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
package import LLMCore
package import Logging
package import ModelCatalog
package import ModelGateway
internal import ServiceLifecycle
internal import Synchronization

/// Versions of the catalogue that answer under their references, such as `chat@champion`.
///
/// An alias that comes to stand for another version is followed: the new version is loaded while the old one answers, takes its
/// place when it is ready, and the old one ends with its last answer. A version that cannot be loaded changes nothing.
package final class CatalogModels: ModelChooser, Service {
    /// Opens a version's files.
    ///
    /// - Parameters:
    ///   - name: What the model is called by those who ask.
    ///   - path: Its file, or the folder of its files.
    package typealias Open = @Sendable (_ name: String, _ path: String) async throws -> any ModelAdapter

    /// A version in service.
    private struct Serving {
        let version: ModelVersion
        let model: any ModelAdapter
    }

    /// What the models are called.
    package let names: [String]
    private let references: [ModelReference]
    private let catalog: ModelCatalog
    private let folder: String
    private let pause: Duration
    private let time: Timekeeper
    private let logger: Logger
    private let open: Open
    private let serving = Mutex<[String: Serving]>([:])

    /// Names what is to be served; ``load()`` opens it.
    ///
    /// - Parameters:
    ///   - references: What is served.
    ///   - catalog: Says what they stand for.
    ///   - folder: Where versions' files are laid out, each content once, in a folder named by its hash.
    ///   - pause: How often aliases are looked at.
    ///   - logger: Is told what follows what, and what cannot be loaded.
    ///   - clock: What pauses are measured by.
    ///   - open: Opens a version's files.
    package init(
        _ references: [ModelReference], of catalog: ModelCatalog, folder: String, pause: Duration = .seconds(1),
        logger: Logger, clock: some Clock<Duration> = ContinuousClock(), open: @escaping Open
    ) {
        self.references = references
        self.names = references.map(\.description)
        self.catalog = catalog
        self.folder = folder
        self.pause = pause
        self.time = Timekeeper(clock)
        self.logger = logger
        self.open = open
    }

    /// Opens every version.
    ///
    /// - Throws: ``CatalogError``, or what keeps a version from being opened.
    package func load() async throws { for reference in self.references { try await self.follow(reference) } }

    /// The model of a reference.
    package func model(named name: String, for requester: Requester) async throws -> (any ModelAdapter)? {
        self.current(name: name)
    }

    /// What answers under a reference, whatever that is at the time of a request.
    package func following(_ name: String) -> any ModelAdapter { FollowedModel(name: name, models: self) }

    /// What answers under a reference now.
    func current(name: String) -> (any ModelAdapter)? { self.serving.withLock { $0[name]?.model } }

    /// The models of the catalogue whose versions are served.
    package var modelNames: [String] {
        self.references.compactMap { reference in
            switch reference {
            case .latest(let name), .version(let name, _), .alias(let name, _): name
            case .id: nil
            }
        }
    }

    /// The version that answers under a name; nil where none does.
    package func version(named name: String) -> ModelVersion? { self.serving.withLock { $0[name]?.version } }

    /// Follows aliases until it is asked to stop.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await self.time.sleep(for: self.pause)) != nil { await self.followAll() }
        }
    }

    /// Looks at every reference once; what fails is told, and tried again the next time.
    package func followAll() async {
        for reference in self.references where !Task.isCancelled {
            do { try await self.follow(reference) } catch is CancellationError { return } catch {
                self.logger.warning(
                    "A version of the catalogue cannot be served; what is in service stays",
                    metadata: ["model": "\(reference)", "error": "\(error)"])
            }
        }
    }

    /// Opens what a reference stands for, unless it is in service already.
    private func follow(_ reference: ModelReference) async throws {
        let name = reference.description
        let (_, version) = try await self.catalog.find(reference)
        let before = self.version(named: name)
        guard before?.id != version.id else { return }
        let model = try await self.open(name, try await self.files(of: version))
        self.serving.withLock { $0[name] = Serving(version: version, model: model) }
        guard let before else { return }
        self.logger.info(
            "Another version answers",
            metadata: ["model": "\(name)", "before": "\(before.number)", "now": "\(version.number)"])
    }

    /// Lays out a version's files; a version of one file is that file, and any other a folder.
    private func files(of version: ModelVersion) async throws -> String {
        let folder = "\(self.folder)/\(version.contentHash)"
        do { try await self.catalog.export(version, to: folder) } catch let error as CatalogError
            where error.code == .inUse
        {
            // They were laid out before, and folders appear only when they are complete.
        }
        let files = version.manifest.files
        return files.count == 1 ? "\(folder)/\(files[0].path)" : folder
    }
}
