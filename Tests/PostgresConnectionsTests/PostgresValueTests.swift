// SPDX-License-Identifier: Apache-2.0

import LLMCore
import PostgresConnections
import PostgresServing
import Testing

@Suite("Values of PostgreSQL")
struct PostgresValueTests {
    let connection: PostgresConnection

    init() throws {
        let server = try PostgresServer.shared()
        self.connection = PostgresConnection(try PostgresURL(server.url(of: "postgres")))
    }

    func ask(_ sql: String, _ parameters: JSONValue...) async throws -> JSONValue {
        try await self.connection.perform { try $0.execute(sql, parameters).rows.first?.first } ?? "no row"
    }

    @Test(
        "Each type becomes the JSON that says the same",
        arguments: [
            ("true", true), ("false", false), ("NULL", nil), ("NULL::int[]", nil), ("42::smallint", 42), ("-42", -42),
            ("9223372036854775807", 9_223_372_036_854_775_807), ("0.1::float8", 0.1), ("1e300::float8", 1e300),
            ("1.5::float4", 1.5), ("'NaN'::float8", "NaN"), ("'-Infinity'::float8", "-Infinity"), ("2.50", "2.50"),
            ("123456789012345678901234567890.123", "123456789012345678901234567890.123"), ("'text'", "text"),
            ("''", ""), ("'ü\u{1F30D}'::varchar", "ü\u{1F30D}"), ("'{\"b\": [1, null]}'::json", ["b": [1, nil]]),
            ("'{\"b\": 1.5}'::jsonb", ["b": 1.5]), ("'\\xfe00ff'::bytea", "/gD/"), ("''::bytea", ""),
            ("date '2024-02-29'", "2024-02-29"), ("time '07:08:09.5'", "07:08:09.5"),
            ("timestamp '2024-02-29 07:08:09.123456'", "2024-02-29T07:08:09.123456"),
            ("timestamptz '2024-02-29 07:08:09+02'", "2024-02-29T05:08:09Z"), ("timestamp 'infinity'", "infinity"),
            ("interval '1 day 2 hours'", "P1DT2H"),
            (
                "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            ), ("'10.1.2.3/8'::inet", "10.1.2.3/8"),
            ("ARRAY[1, NULL, 3]", [1, nil, 3]), ("ARRAY[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), ("'{}'::text[]", []),
            ("'[0:1]={5,6}'::int[]", [5, 6]),
            (
                "ARRAY['a,b', 'c\"d\\e', '', 'NULL', '{x}', 'ü']",
                ["a,b", "c\"d\\e", "", "NULL", "{x}", "ü"]
            ), ("ARRAY[true, false]", [true, false]),
            ("ARRAY[1.50, 2]", ["1.50", "2"]), ("ARRAY['{\"a\": 1}'::jsonb]", [["a": 1]]),
            ("ARRAY['\\x01'::bytea]", ["AQ=="]), ("ARRAY[date '2024-02-29']", ["2024-02-29"]),
            ("ARRAY[0.5::float8]", [0.5]),
        ] as [(String, JSONValue)])
    func types(sql: String, expected: JSONValue) async throws {
        #expect(try await self.ask("SELECT \(sql)") == expected)
    }

    @Test(
        "A parameter comes back as what it was, whatever it holds",
        arguments: [
            ("$1::text", "x'; DROP TABLE t; --"), ("$1::text", "\\ \" ' $1 ü"), ("$1::int", 7), ("$1::float8", 0.1),
            ("$1::bool", true), ("$1::text", nil), ("$1::jsonb", ["a": [1, "x\"y"]]), ("$1::int[]", [1, nil, 3]),
            ("$1::text[]", ["a,b", "c\"d\\e", "", "NULL", "{x}", nil]), ("$1::int[]", [[1, 2], [3, 4]]),
        ] as [(String, JSONValue)])
    func parameters(sql: String, value: JSONValue) async throws {
        #expect(try await self.ask("SELECT \(sql)", value) == value)
    }

    @Test(
        "A parameter that cannot be sent is refused",
        arguments: [[["a": 1]], "a\u{0}b", [[[[[[[1]]]]]]]] as [JSONValue])
    func refusedParameters(value: JSONValue) async throws {
        let error = await #expect(throws: PostgresError.self) { try await self.ask("SELECT $1::text", value) }
        #expect(error?.code == .invalidParameter)
    }

    @Test(
        "An array that a server has damaged is an error",
        arguments: ["", "{", "{1", "{1,}", "{,1}", "{1}x", "{\"a}", "{\"a\\", "[0:1]", "{{{{{{{1}}}}}}}", "1", "{1}}"])
    func damaged(text: String) {
        #expect(throws: PostgresError.self) { try PostgresValue.json(text, type: 1007) }
    }
}
