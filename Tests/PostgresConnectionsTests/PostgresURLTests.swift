// SPDX-License-Identifier: Apache-2.0

import LLMCore
import PostgresConnections
import Testing

@Suite("URLs of PostgreSQL databases")
struct PostgresURLTests {
    @Test(
        "Every part is read",
        arguments: [
            ("postgresql://reader@db.example:6432/shop", "shop on db.example:6432"),
            ("postgres://db.example", "the usual database on db.example"),
            ("postgresql:///shop?host=/run/postgresql", "shop on /run/postgresql"),
            ("postgresql://%2Frun%2Fpostgresql/shop", "shop on /run/postgresql"),
            ("postgresql://[::1]:5433/a%20b", "a b on ::1:5433"),
            ("postgresql://me@/?sslmode=verify-full&sslrootcert=/etc/root.crt", "me on the local socket"),
            ("postgresql://me@host/shop?application_name=x&connect_timeout=3", "shop on host"),
        ])
    func read(text: String, description: String) throws {
        #expect(try PostgresURL(text).description == description)
    }

    @Test("A URL has at most 4096 bytes")
    func long() throws {
        #expect(throws: PostgresError.self) {
            try PostgresURL("postgresql://h/" + String(repeating: "x", count: 4_096))
        }
        _ = try PostgresURL("postgresql://h/" + String(repeating: "x", count: 4_000))
    }

    @Test("A password is named by its place")
    func passwords() throws {
        #expect(try PostgresURL("postgresql://a@h/d").password == .usual)
        #expect(try PostgresURL("postgresql://a@h/d?password_env=SECRET").password == .environment("SECRET"))
        #expect(try PostgresURL("postgresql://a@h/d?password_file=/run/s").password == .file("/run/s"))
    }

    @Test(
        "What could be read in two ways, or hold a password, is refused without being shown",
        arguments: [
            "postgresql://me:hunter2@host/db", "postgresql://me:hunt?er2@host/db", "postgresql://me:hunt/er2@host/db",
            "postgresql://me:@host/db", "postgresql://host/db?password=hunter2", "http://host/db", "postgresql:host",
            "postgresql://a,b/db", "postgresql://host:0/db", "postgresql://host:99999/db", "postgresql://host:x/db",
            "postgresql://host/db/more", "postgresql://ho st/db", "postgresql://host/db?service=other",
            "postgresql://host/db?hostaddr=127.0.0.1", "postgresql://host/db?passfile=/etc/passwd",
            "postgresql://host/db?options=-csearch_path%3Dx", "postgresql://host/db?sslmode", "postgresql://host/%zz",
            "postgresql://host/%0", "postgresql://host/a%00b", "postgresql://host/%ff", "postgresql://[host]/db",
            "postgresql://[::1/db", "postgresql://host/db?sslmode=a&sslmode=b", "postgresql://host/db?host=/run",
            "postgresql:///db?host=other.example", "postgresql://host/d?password_env=A&password_file=b",
            "",
        ])
    func refused(text: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresURL(text) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.contains("hunt") == false && error?.message.contains("er2") == false)
    }
}
