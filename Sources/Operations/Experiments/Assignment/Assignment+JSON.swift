// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension Assignment {
    /// The assignment as programs read it; the arm is null for a unit that takes no part.
    package var json: JSONValue {
        [
            "unit": .string(self.unit), "arm": self.arm.map { .string($0) } ?? nil,
            "reason": .string(self.reason.rawValue), "bucket": .number(self.bucket),
        ]
    }
}
