// SPDX-License-Identifier: Apache-2.0

internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// A client's connection, whose end is the end of everything that is done for it.
///
/// A request is answered in the task of its connection. When the client goes away that task is cancelled, and with it the
/// generation, also while nothing is written and the loss would go unseen. A client that closes its sending half has gone
/// away, too: no HTTP client in use does that and still reads.
struct ClientConnection: ServerChildChannel {
    let http: HTTP1Channel
    let patience: ClientPatience
    let idleTime: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.setOption(.allowRemoteHalfClosure, value: false).flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(SlowClients(self.patience, idleTime: self.idleTime))
        }.flatMap {
            self.http.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.http.handle(value: value, logger: logger) }
                group.addTask { try? await value.channel.closeFuture.get() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
