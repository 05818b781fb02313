// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RemoteTransport
internal import SourceDocuments

extension FieldReader {
    /// The file of the authorities that vouch for a server.
    mutating func authorities(_ node: SourceNode?) -> CertificateAuthorities? {
        guard let node, let path = self.text(node) else { return nil }
        do {
            return try CertificateAuthorities(file: path)
        } catch {
            self.note(node.place, "\(error)")
            return nil
        }
    }

    /// The URL of a proxy, or `none` to go by none.
    mutating func proxies(_ node: SourceNode?) -> ProxyRules? {
        guard let node, let url = self.text(node) else { return nil }
        guard url != "none" else { return .direct }
        do {
            return try ProxyRules(url: url)
        } catch {
            self.note(node.place, "\(error)")
            return nil
        }
    }
}
