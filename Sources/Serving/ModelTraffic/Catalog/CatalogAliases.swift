// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
package import Logging
package import ModelCatalog
internal import ServiceLifecycle
internal import Synchronization

/// Which versions the aliases of some models stand for, looked up in the catalogue again and again.
package final class CatalogAliases: Service {
    private let catalog: ModelCatalog
    private let names: @Sendable () -> [String]
    private let pause: Duration
    private let time: Timekeeper
    private let logger: Logger
    private let known = Mutex<[String: [String: Int]]>([:])

    /// Names what is looked up; ``look()`` does it.
    ///
    /// - Parameters:
    ///   - catalog: Says what aliases stand for.
    ///   - names: The models.
    ///   - pause: How often they are looked up.
    ///   - logger: Is told where the catalogue cannot be read.
    ///   - clock: What pauses are measured by.
    package init(
        of catalog: ModelCatalog, for names: @escaping @Sendable () -> [String], pause: Duration = .seconds(1),
        logger: Logger, clock: some Clock<Duration> = ContinuousClock()
    ) {
        self.catalog = catalog
        self.names = names
        self.pause = pause
        self.time = Timekeeper(clock)
        self.logger = logger
    }

    /// The aliases of a model with their versions; nil where the catalogue does not know it.
    package func aliases(of model: String) -> [String: Int]? { self.known.withLock { $0[model] } }

    /// Looks everything up once.
    ///
    /// - Throws: ``CatalogError``, or the store's errors; what was known stays.
    package func look() async throws {
        let kept = Set(try await self.catalog.names())
        var known: [String: [String: Int]] = [:]
        for name in self.names() where kept.contains(name) {
            known[name] = try await self.catalog.model(name).aliases
        }
        let found = known
        self.known.withLock { $0 = found }
    }

    /// Looks everything up until it is asked to stop.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await self.time.sleep(for: self.pause)) != nil {
                do { try await self.look() } catch is CancellationError { return } catch {
                    self.logger.warning("The catalogue cannot be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
