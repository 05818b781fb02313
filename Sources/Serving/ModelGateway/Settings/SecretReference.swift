// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RemoteTransport
internal import SourceDocuments

extension FieldReader {
    /// A secret, which a configuration names but never holds: `{env: VARIABLE}` or `{file: PATH}`.
    mutating func key(_ node: SourceNode?, environment: [String: String]) -> APIKey? {
        guard let node else { return nil }
        guard node.members != nil else {
            // The value itself is not quoted: it may be a secret.
            self.note(
                node.place, "A key must not be written here.",
                "Write 'key: {env: VARIABLE}' or 'key: {file: PATH}' and keep the key there.")
            return nil
        }
        let fields = self.fields(of: node, "The key", known: ["env", "file"])
        do {
            switch (self.text(fields["env"]), self.text(fields["file"])) {
            case (let variable?, nil):
                if let key = try APIKey.environment(variable, in: environment) { return key }
                self.note(node.place, "The variable '\(variable)' of the environment is not set.", "Set it to the key.")
            case (nil, let path?): return try APIKey.file(path)
            default: self.note(node.place, "A key is in one place.", "Give 'env' or 'file'.")
            }
        } catch { self.note(node.place, "\(error)") }
        return nil
    }
}
