// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import PluginHost

/// `autoglm plugin new`: the beginning of a plugin.
struct PluginNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Begin a plugin: a folder that builds.",
        discussion: """
            Example:
              autoglm plugin new c word-count
              autoglm plugin new swift text-statistics --package ../open-autoglm
              autoglm plugin new c dates --kind parser
              word-count/build.sh

            build.sh writes the plugin into the folder 'build' beside it, ready for `autoglm plugin install`. A plugin in C needs \
            nothing but cc; one in Swift is built by SwiftPM with the product PluginKit of this project's sources.
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: "Where the folder is made (default: here).")
    var to = "."

    @Option(
        help:
            "For Swift: the folder or address of this project's sources (default: AUTOGLM_PACKAGE, or the sources that this program was built in)."
    )
    var package: String?

    @Option(
        help: """
            What it adds: step (the default), adapter (a model), parser (of models' answers), router (which task?) or \
            input-processor (a handler of inputs).
            """, transform: Self.kind(named:))
    var kind = PluginKind.step

    @Argument(help: "The language: swift or c.")
    var language: Language

    @Argument(help: "The plugin's name: small letters, digits and '-'.")
    var name: String

    enum Language: String, ExpressibleByArgument, CaseIterable {
        case swift, c
    }

    func validate() throws {
        guard (1...64).contains(self.name.utf8.count), self.name.first?.isLetter == true,
            self.name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else {
            throw ValidationError(
                "'\(self.name)' is not a plugin's name; use small letters, digits and '-', at most 64, first a letter.")
        }
    }

    func run() async throws {
        let folder = "\(self.to)/\(self.name)"
        let template = PluginTemplate(name: self.name, kind: self.kind)
        let files =
            switch self.language {
            case .c: template.c
            case .swift: template.swift(package: try self.sources())
            }
        for (path, text) in files {
            let whole = "\(folder)/\(path)"
            guard !FilePath.isFile(whole) else {
                throw CommandError(.badInput, "'\(whole)' is there already; choose another name, or another --to.")
            }
            try FilePath.makeFolders(FilePath.folder(of: whole))
            try ReplacingFile.replace(whole, with: text, mode: path.hasSuffix(".sh") ? 0o777 : 0o666)
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "folder": .string(folder), "files": .array(files.map { .string($0.path) }),
            ])
        case .text: try Console.line("\(folder) is there; build it with: \(folder)/build.sh")
        }
    }

    @Sendable private static func kind(named name: String) throws -> PluginKind {
        if let kind = PluginKind(rawValue: name) { return kind }
        let hint = NearestName.hint(for: name, in: PluginKind.allCases.map(\.rawValue))
        throw ValidationError("There is no kind of plugin '\(name)'. \(hint)")
    }

    /// This project's sources.
    private func sources() throws -> String {
        if let package = self.package ?? Settings.text("PACKAGE") { return package }
        // SOURCES/.build/release/autoglm, whose second folder is a link.
        var folder = FilePath.absolute(PluginOptions.program)
        while folder != "/", folder != "." {
            folder = FilePath.folder(of: folder)
            if FilePath.isFile("\(folder)/Sources/Adapters/PluginKit/PluginEntry.swift") { return folder }
        }
        throw ValidationError("Name the folder or address of this project's sources with --package.")
    }
}
