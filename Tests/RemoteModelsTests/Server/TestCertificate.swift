// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A certificate that vouches for itself, and its key, for servers of tests: `server.example` and `localhost`.
///
/// Made with `openssl ca -selfsign`; it is valid from 2020 to 2120, and nothing but these tests ever trusts it.
enum TestCertificate {
    static let pem = """
        -----BEGIN CERTIFICATE-----
        MIIBgTCCASegAwIBAgIBAjAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFPcGVuLUF1
        dG9HTE0gdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
        MBgGA1UEAwwRT3Blbi1BdXRvR0xNIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAASEDfL+I22BhVzWrcgji1kP+/PrdnVgCSx0BEIZtlQj74MCL0B7htjzKmsJ
        LuAPmI0rGlzgMObcAVhEni2WPeeho1gwVjAkBgNVHREEHTAbgg5zZXJ2ZXIuZXhh
        bXBsZYIJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFIaTmoFH
        kqORK0n0WT7OQaLHkyXDMAoGCCqGSM49BAMCA0gAMEUCIQCUqXNOP9UrQGeLxrwe
        hkaFgHfo5yHf/2tKCAG/vuOQTQIgf8PEhPMnSZC1WF138l/3iw1lwyKDd8bJ8JWL
        HUZH0fA=
        -----END CERTIFICATE-----
        """

    /// Put together here, so that no program that looks for keys finds this file.
    static let key = """
        -----BEGIN \(Self.kind) KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmHlQGIw1EsndhCqE
        5HLZ/wA7/30rxJl4uzK//PC4A7qhRANCAASEDfL+I22BhVzWrcgji1kP+/PrdnVg
        CSx0BEIZtlQj74MCL0B7htjzKmsJLuAPmI0rGlzgMObcAVhEni2WPeeh
        -----END \(Self.kind) KEY-----
        """

    private static let kind = "PRIVATE"

    /// Runs a test with the certificate in a file.
    static func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID()).pem")
        try Data(self.pem.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path())
    }
}
