// SPDX-License-Identifier: Apache-2.0

internal import PluginHost
internal import ServiceLifecycle

/// Replaces plugins whose files have changed, while the program runs.
struct PluginWatch: Service {
    private let host: PluginHost

    /// A watch over the folders of a host; none where it has no folders.
    static func services(of host: PluginHost) -> [any Service] { host.hasFolders ? [PluginWatch(host: host)] : [] }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.host.watch(every: .seconds(2)) { result in
                switch result {
                case .success(let changes): for change in changes { Console.note("\(change)") }
                case .failure(let error): Console.note("Plugins cannot be looked for: \(error)")
                }
            }
        }
    }
}
