// SPDX-License-Identifier: Apache-2.0

import CertificateIssuing
import LLMCore
import ServerTLS
import Testing

@Suite("Files of certificates")
struct TLSFilesTests {
    /// What is in the files, and what is said of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The contents of certificate, key and authorities, where they are not good ones; "" for a file that is not there.
        var certificate: String?
        var key: String?
        var authorities: String?
        let code: TLSError.Code
        let file: String
    }

    static let mistaken = [
        Mistake(testDescription: "no certificate", certificate: "", code: .invalidFile, file: "server.pem"),
        Mistake(testDescription: "no PEM", certificate: "hello", code: .invalidFile, file: "server.pem"),
        Mistake(
            testDescription: "a certificate that is cut off",
            certificate: "-----BEGIN CERTIFICATE-----\nMIIBgTCC\n", code: .invalidFile, file: "server.pem"),
        Mistake(testDescription: "no key", key: "", code: .invalidFile, file: "server.key"),
        Mistake(testDescription: "a key that is none", key: "hello", code: .invalidFile, file: "server.key"),
        Mistake(testDescription: "no authorities", authorities: "", code: .invalidFile, file: "clients.pem"),
        Mistake(
            testDescription: "authorities that are none", authorities: "hello", code: .invalidFile, file: "clients.pem"),
    ]

    @Test("What is wrong with a file is told with its path", arguments: Self.mistaken)
    func mistakes(_ mistake: Mistake) throws {
        let (issuer, folder) = (try CertificateIssuer(), try CertificateFolder())
        let identity = try issuer.issue("server")
        func file(_ name: String, _ good: String, _ bad: String?) throws -> String {
            if bad == "" { return "\(folder.path)/\(name)" }
            return try folder.write(bad ?? good, name)
        }
        var settings = TLSSettings(
            certificate: try file("server.pem", identity.certificate, mistake.certificate),
            key: try file("server.key", identity.key, mistake.key))
        settings.clientAuthorities = try file("clients.pem", issuer.authority, mistake.authorities)
        settings.clientCertificates = .required
        let error = try #require(throws: TLSError.self) { try TLSFiles(settings) }
        #expect(error.code == mistake.code)
        #expect(error.message.contains("\(folder.path)/\(mistake.file)"), "\(error)")
    }

    @Test("A key of another certificate is refused")
    func mismatch() throws {
        let (issuer, folder) = (try CertificateIssuer(), try CertificateFolder())
        let settings = TLSSettings(
            certificate: try folder.write(try issuer.issue("server").certificate, "server.pem"),
            key: try folder.write(try issuer.issue("server").key, "server.key"))
        let error = try #require(throws: TLSError.self) { try TLSFiles(settings) }
        #expect(error.code == .keyMismatch)
        #expect(error.message.contains("server.key") && error.message.contains("server.pem"))
    }

    @Test("Asking clients for certificates that nobody vouches for is refused")
    func noAuthorities() throws {
        let (issuer, folder) = (try CertificateIssuer(), try CertificateFolder())
        let identity = try issuer.issue("server")
        var settings = TLSSettings(
            certificate: try folder.write(identity.certificate, "server.pem"),
            key: try folder.write(identity.key, "server.key"))
        settings.clientCertificates = .optional
        let error = try #require(throws: TLSError.self) { try TLSFiles(settings) }
        #expect(error.code == .invalidSettings)
    }

    @Test("The end of the certificate is told")
    func expiry() throws {
        let (issuer, folder) = (try CertificateIssuer(), try CertificateFolder())
        let identity = try issuer.issue("server", lifetime: 1000)
        let files = try TLSFiles(
            TLSSettings(
                certificate: try folder.write(identity.certificate, "server.pem"),
                key: try folder.write(identity.key, "server.key")))
        let later = try issuer.issue("server", lifetime: 5000)
        let other = try TLSFiles(
            TLSSettings(
                certificate: try folder.write(later.certificate, "server.pem"),
                key: try folder.write(later.key, "server.key")))
        // Certificates know whole seconds.
        #expect((3_999...4_001).contains(other.expiry - files.expiry))
    }
}
