// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The macros, as the compiler runs them")
struct MacroTests {
    @Test("Each diagnostic stands where it should, with its way out")
    func diagnostics() throws {
        let (status, report) = try Compiler.check("Diagnostics.swift", ["-verify"])
        #expect(status == 0, "\(report)")
    }

    @Test("Structures and enumerations are written out as documented")
    func expansions() throws {
        let (status, report) = try Compiler.check("Expansions.swift", ["-dump-macro-expansions"])
        #expect(status == 0, "\(report)")
        let written = report.split(separator: "\n").filter { !$0.hasPrefix("@__swiftmacro") && !$0.hasPrefix("---") }
        let expected = try String(contentsOf: Compiler.fixture("Expansions.txt"), encoding: .utf8)
        #expect(written == expected.split(separator: "\n"))
    }
}

/// Runs the compiler with the macros that were built.
enum Compiler {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let macros = "OpenAutoGLMMacros"

    /// A file of the fixtures.
    static func fixture(_ name: String) -> URL { self.tests.appendingPathComponent("Fixtures/\(name)") }

    /// Checks a fixture as a part of the module that declares the macros, so that nothing else need be loaded.
    ///
    /// - Parameters:
    ///   - name: The fixture.
    ///   - options: What the compiler is to do besides.
    /// - Returns: The compiler's status, and what it said.
    static func check(_ name: String, _ options: [String]) throws -> (status: Int32, report: String) {
        let products = try self.products()
        let plugin = products.appendingPathComponent("\(self.macros)-tool").path
        let module = self.tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/OpenAutoGLM/Macros.swift")
        let exports = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).swift")
        try "@_exported public import GuidedGeneration".write(to: exports, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: exports) }

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["swiftc", "-frontend", "-typecheck", "-swift-version", "6", "-module-name", "OpenAutoGLM"]
            + ["-I", products.appendingPathComponent("Modules").path]
            + ["-load-plugin-executable", "\(plugin)#\(self.macros)"] + options
            + ["-primary-file", self.fixture(name).path, module.path, exports.path]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let report = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: report, as: UTF8.self))
    }

    /// The folder of products, which holds the macros next to the tests' own bundle.
    private static func products() throws -> URL {
        let beginnings =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap(\.self)
            + CommandLine.arguments.prefix(2).map { URL(fileURLWithPath: $0) }
        for beginning in beginnings {
            var folder = beginning.resolvingSymlinksInPath()
            for _ in 0..<5 {
                let plugin = folder.appendingPathComponent("\(self.macros)-tool").path
                if FileManager.default.fileExists(atPath: plugin) { return folder }
                folder.deleteLastPathComponent()
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
