// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Testing

@Suite("What comes late", .timeLimit(.minutes(5)))
struct LateConnectionTests {
    private static let path = "/inference.GRPCInferenceService/ServerLive"
    private let ports = AsyncStream<Int>.makeStream()
    private let visits = AsyncStream<Void>.makeStream()

    @Test("Clients that come while the server ends are turned away, and nothing else happens")
    func connections() async throws { try await self.endServers(visitedBy: self.connect) }

    @Test("Calls that come while the server ends are turned away, and nothing else happens")
    func calls() async throws { try await self.endServers(visitedBy: self.call) }

    /// Ends servers, one after the other, each while clients come.
    ///
    /// - Parameter visit: Comes to the server on a port again and again until it is gone.
    private func endServers(visitedBy visit: @escaping @Sendable (Int) async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await port in self.ports.stream { await visit(port) }
            }
            for _ in 0..<20 {
                try await LiveGRPC.run { server in
                    self.ports.continuation.yield(server.port)
                    // The server ends while others are on their way.
                    for await _ in self.visits.stream.prefix(20) {}
                }
            }
            self.ports.continuation.finish()
            try await group.waitForAll()
        }
    }

    /// Connects to a server, several at a time, until it is gone.
    @Sendable private func connect(to port: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let client = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    while let channel = try? await client.connect(host: "127.0.0.1", port: port).get() {
                        self.visits.continuation.yield()
                        try? await channel.close()
                    }
                }
            }
        }
    }

    /// Calls a server, many calls at a time on one connection, until it is gone.
    @Sendable private func call(_ port: Int) async {
        let client = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        while let channel = try? await client.connect(host: "127.0.0.1", port: port).get() {
            // Without an acknowledgement of its settings the server allows few calls at a time.
            let acknowledgement = RawHTTP2.frame(4, flags: 1, [])
            var (bytes, stream) = (ByteBuffer(bytes: RawHTTP2.preface + acknowledgement), UInt32(1))
            while (try? await channel.writeAndFlush(bytes)) != nil {
                self.visits.continuation.yield()
                bytes.clear()
                for _ in 0..<64 {
                    bytes.writeBytes(RawHTTP2.call(Self.path, RawHTTP2.message([]), stream: stream))
                    stream += 2
                }
            }
        }
    }
}
