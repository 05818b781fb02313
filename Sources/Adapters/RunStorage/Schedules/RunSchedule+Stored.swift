// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Pipelines

extension RunSchedule {
    /// What is stored of it, besides its inputs.
    package var stored: JSONValue {
        switch self.timing {
        case .every(let seconds): ["every": .integer(seconds), "missed": .string(self.missed.rawValue)]
        case .cron(let expression, let zone):
            [
                "cron": .string(expression.description), "zone": .string(zone),
                "missed": .string(self.missed.rawValue),
            ]
        }
    }

    /// Reads what is stored of it.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    package init(stored: JSONValue, inputs: [String: JSONValue]) throws {
        do {
            let missed = MissedPolicy(rawValue: stored["missed"]?.stringValue ?? "") ?? .once
            if let seconds = stored["every"]?.integerValue {
                try self.init(.every(seconds: seconds), missed: missed, inputs: inputs)
            } else {
                let expression = try CronExpression(stored["cron"]?.stringValue ?? "")
                try self.init(
                    .cron(expression, zone: stored["zone"]?.stringValue ?? ""), missed: missed, inputs: inputs)
            }
        } catch {
            throw StorageError(.unreadable, "A stored schedule cannot be read; the store is damaged.", cause: error)
        }
    }
}
