// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Excuses for real servers")
struct ExcuseTests {
    @Test(
        "Only the sentence that is known is excused",
        arguments: [
            ("JSON: '*' does not fit the schema", "JSON: '{\"a\":1}' does not fit the schema", true),
            ("JSON: '*' does not fit the schema", "JSON: threw 'x'", false),
            ("JSON: '*' does not fit the schema", "JSON: '' does not fit the schema, nor does it end", false),
            ("limits: finish reasons differ", "limits: finish reasons differ", true),
            ("limits", "limits: finish reasons differ", false), ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c", false),
            ("ab*b", "ab", false), ("", "x", false),
        ])
    func covers(excuse: String, failure: String, isCovered: Bool) {
        #expect(Excuse(excuse).covers(failure) == isCovered)
    }
}
