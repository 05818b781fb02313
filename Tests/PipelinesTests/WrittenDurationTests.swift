// SPDX-License-Identifier: Apache-2.0

import SourceDocuments
import Testing

@Suite("Lengths of time as people write them")
struct WrittenDurationTests {
    @Test(
        "A length of time is a number with its unit behind it",
        arguments: [
            ("250ms", 0.25), ("1.5h", 5400), ("10s", 10), ("2m", 120), ("1d", 86_400), ("0s", 0), ("10", nil),
            ("s", nil),
            ("-1s", nil), ("1e3s", nil), ("1 s", nil), ("", nil), ("1w", nil), ("1.2.3s", nil), ("99999d", nil),
            ("١s", nil),
        ] as [(String, Double?)])
    func reading(text: String, seconds: Double?) {
        #expect(Duration(written: text) == seconds.map { .seconds($0) })
    }

    @Test("Without a unit it is none, unless one is usual")
    func usualUnit() {
        #expect(Duration(written: "1.5", usualUnit: "s") == .seconds(1.5))
        #expect(Duration(written: "1.5m", usualUnit: "s") == .seconds(90))
        #expect(Duration(written: "", usualUnit: "s") == nil)
    }
}
