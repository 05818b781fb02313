// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ServerTLS
internal import SourceDocuments

extension FieldReader {
    /// Reads how a server shows who it is, and what it asks of its clients.
    mutating func tls(_ node: SourceNode) -> TLSSettings? {
        let fields = self.fields(
            of: node, "'tls'", required: ["certificate", "key"],
            known: ["certificate", "key", "client_authorities", "client_certificates", "minimum_version"])
        guard let certificate = self.text(fields["certificate"]), let key = self.text(fields["key"]) else { return nil }
        var settings = TLSSettings(certificate: certificate, key: key)
        settings.clientAuthorities = self.text(fields["client_authorities"])
        let chosen = self.choice(fields["client_certificates"], of: TLSSettings.ClientCertificates.self)
        // Authorities are named for those whom they vouch for.
        settings.clientCertificates = chosen ?? (settings.clientAuthorities == nil ? .none : .required)
        if settings.clientCertificates != .none, settings.clientAuthorities == nil {
            self.note(
                node.place, "Clients are asked for certificates, and nobody vouches for them.",
                "Give 'client_authorities', a file of certificates.")
        }
        if let version = self.version(fields["minimum_version"]) { settings.minimumVersion = version }
        return settings
    }

    /// A version of TLS, which YAML takes for a number where it stands without quotes.
    private mutating func version(_ node: SourceNode?) -> TLSSettings.Version? {
        self.value(node, "a version of TLS, 1.2 or 1.3") { node in
            TLSSettings.Version(rawValue: node.string ?? node.json.numberValue.map { "\($0)" } ?? "")
        }
    }
}
