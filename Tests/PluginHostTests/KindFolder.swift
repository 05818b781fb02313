// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Pipelines
import PluginHost

extension PluginFolder {
    /// A folder with one plugin of the fixture `kinds.c`, called after its kind.
    static func kind(_ kind: PluginKind, _ ports: String? = nil) throws -> PluginFolder {
        let folder = try PluginFolder()
        try folder.add(kind, ports)
        return folder
    }

    /// Adds a plugin of the fixture `kinds.c`.
    ///
    /// - Parameters:
    ///   - ports: The step's inputs and outputs in the manifest, where they are not all that the kind knows.
    ///   - name: What it is called, if not as its kind.
    func add(
        _ kind: PluginKind, _ ports: String? = nil, as name: String? = nil, version: String = "1.0.0",
        macros: [String] = []
    ) throws {
        let (name, step) = (name ?? kind.rawValue, kind.contract?.step ?? "run")
        let own = ["-DNAME=\"\(name)\"", "-DSTEP=\"\(step)\"", "-DVERSION=\"\(version)\""]
        try self.add(library: "kinds", own + macros, to: name) { hash in
            """
            plugin: \(name)
            version: \(version)
            abi: 1
            kind: \(kind.rawValue)
            library: kinds.so
            sha256: \(hash)
            steps:
              \(step):
                description: Reads a digit.
            \((ports ?? Self.ports(kind)).split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            """
        }
    }

    /// All inputs and outputs that a kind knows.
    private static func ports(_ kind: PluginKind) -> String {
        guard let contract = kind.contract else { return "inputs: {}\noutputs: {}" }
        let ports = { (ports: [(name: String, type: String, isRequired: Bool)]) in
            ports.map { "\($0.name): {type: \($0.type), required: \($0.isRequired)}" }.joined(separator: ", ")
        }
        let further = kind == .inputProcessor ? [("language", "string", false)] : []
        let found = kind == .inputProcessor ? [("digits", "integer", true)] : []
        let inputs = contract.inputs.map { ($0.name, $0.type.rawValue, $0.isRequired) } + further
        let outputs = contract.outputs.map { ($0.name, $0.type.rawValue, $0.isRequired) } + found
        return "inputs: {\(ports(inputs))}\noutputs: {\(ports(outputs))}"
    }
}
