// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PluginHost

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Where plugins are, and what they may do.
struct PluginOptions: ParsableArguments {
    @Option(
        name: .customLong("plugins"),
        help:
            "A folder of plugins; may be given several times (default: AUTOGLM_PLUGINS, folders with ':' between them)."
    )
    var given: [String] = []

    @Option(
        name: .customLong("plugin-policy"),
        help:
            "A file that says which plugins are loaded, where they run and what they may do (default: AUTOGLM_PLUGIN_POLICY; without one, plugins that nobody trusted has signed run in processes of their own)."
    )
    var policyFile: String?

    /// What is said of folders without plugins.
    static let nothingFound = "No plugins were found; put them there with `autoglm plugin install`."

    /// The folders of plugins.
    var folders: [String] {
        self.given.isEmpty ? (Settings.text("PLUGINS") ?? "").split(separator: ":").map(String.init) : self.given
    }

    /// What is loaded, and where it runs.
    ///
    /// - Throws: An error with a line for everything that is wrong with the file.
    func policy() throws -> PluginPolicy {
        var policy = PluginPolicy()
        policy.isolation = .untrusted
        guard let file = self.policyFile ?? Settings.text("PLUGIN_POLICY") else { return policy }
        return try PluginPolicy(yaml: InputFile.text(path: file), file: file, base: policy)
    }

    /// What finds and loads them.
    ///
    /// - Throws: An error of the policy's file.
    func host() throws -> PluginHost { try Self.host(self.folders, self.policy()) }

    /// What finds and loads the plugins of a command that has no options for them.
    ///
    /// - Throws: An error of the policy's file.
    static func environmentHost() throws -> PluginHost { try Self.parse([]).host() }

    /// What finds and loads the plugins of some folders.
    static func host(_ folders: [String], _ policy: PluginPolicy) -> PluginHost {
        PluginHost(folders: folders, policy: policy, helper: [self.program])
    }

    /// The path of this program, which becomes the processes of plugins.
    static var program: String {
        #if os(Linux)
        // The one that runs, also where its file was replaced meanwhile.
        "/proc/self/exe"
        #else
        CommandLine.arguments.first ?? "autoglm"
        #endif
    }

    /// What finds and loads the plugins of a command that is about nothing else.
    ///
    /// - Throws: `ValidationError` where there are no folders; an error of the policy's file.
    func requiredHost() throws -> PluginHost {
        guard !self.folders.isEmpty else {
            throw ValidationError("Name folders of plugins with --plugins, or in AUTOGLM_PLUGINS.")
        }
        return try self.host()
    }

    /// The one folder that a command changes.
    ///
    /// - Throws: `ValidationError` where there are none or several.
    func folder() throws -> String {
        guard self.folders.count == 1 else {
            throw ValidationError("Name the one folder of plugins with --plugins, or in AUTOGLM_PLUGINS.")
        }
        return self.folders[0]
    }
}
