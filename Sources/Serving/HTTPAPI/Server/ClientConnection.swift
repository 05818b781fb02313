// SPDX-License-Identifier: Apache-2.0

internal import EventLoops
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import RemoteTransport

/// A client's connection of HTTP/1.1.
///
/// A client that closes its sending half has gone away: no HTTP client in use does that and still reads.
struct ClientConnection: ServerChildChannel {
    let responder: HTTPChannelHandler.Responder
    let limits: LiveLimits
    /// What is answered before any task hears of it; nil answers nothing so.
    let turns: ImmediateTurns?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let limits = self.limits.current
        return channel.setOption(.allowRemoteHalfClosure, value: false).flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(SlowClients(limits))
        }.flatMap {
            HTTP1Channel(responder: self.responder, configuration: self.configuration(limits))
                .setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await HTTP1Channel(responder: self.responder).answer(value, logger: logger)
    }

    private func configuration(_ limits: ServerLimits) -> HTTP1Channel.Configuration {
        // Idle connections are noticed by who looks at slow clients.
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [FlushGathering(), RequestBoundaries()]
                + (self.turns.map { [ImmediateRequests($0)] } ?? []),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headers))
    }
}

extension HTTP1Channel {
    /// Answers what comes over a connection, or over a stream of one, whose end is the end of everything that is done for it.
    ///
    /// A request is answered in the task of its connection. When the client goes away that task is cancelled, and with it the
    /// generation, also while nothing is written and the loss would go unseen.
    func answer(_ value: Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.handle(value: value, logger: logger) }
                group.addTask { try? await value.channel.closeFuture.get() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
