// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Testing

@Suite("Connections that come late")
struct LateConnectionTests {
    private let ports = AsyncStream<Int>.makeStream()
    private let connections = AsyncStream<Void>.makeStream()

    @Test("Clients that come while the server ends are turned away, and nothing else happens", .timeLimit(.minutes(2)))
    func late() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await port in self.ports.stream { await self.connect(to: port) }
            }
            for _ in 0..<20 {
                try await LiveGRPC.run { server in
                    self.ports.continuation.yield(server.port)
                    // The server ends while others are on their way.
                    for await _ in self.connections.stream.prefix(20) {}
                }
            }
            self.ports.continuation.finish()
            try await group.waitForAll()
        }
    }

    /// Connects to a server, several at a time, until it is gone.
    private func connect(to port: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let client = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    while let channel = try? await client.connect(host: "127.0.0.1", port: port).get() {
                        self.connections.continuation.yield()
                        try? await channel.close()
                    }
                }
            }
        }
    }
}
