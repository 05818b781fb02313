// SPDX-License-Identifier: Apache-2.0

/// The labels that a classification request names itself, such as "positive or negative".
package enum RequestLabels {
    private static let longestInstruction = 300

    /// Finds the labels in a request.
    ///
    /// - Parameter text: What the user wrote; only its beginning is read, since what is to be classified follows.
    /// - Returns: At least two different labels, in the order written, or none.
    package static func find(in text: String) -> [String] {
        let instruction = String(text.prefix(Self.longestInstruction))
        let labels = Self.listed(instruction) ?? Self.alternatives(instruction) ?? Self.chinese(instruction) ?? []
        return Set(labels).count == labels.count ? labels : []
    }

    /// Reads "one of: sports, politics, weather".
    private static func listed(_ text: String) -> [String]? {
        let pattern =
            #/(?i)\b(?:one of|labels?|categories|classes)(?: are| is)?:? +((?:[\w\-]+,? +(?:or |and )?)*[\w\-]+)(?=[.:?!\n]|$)/#
        guard let match = text.firstMatch(of: pattern) else { return nil }
        let words = match.1.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.map(String.init)
        return words.filter { $0 != "or" && $0 != "and" }
    }

    /// Reads "sports, politics or weather" and "spam or not spam".
    private static func alternatives(_ text: String) -> [String]? {
        let pattern = #/(?i)((?:[\w\-]+, +)*)([\w\-]+),? or (not [\w\-]+|[\w\-]+)/#
        guard let match = text.firstMatch(of: pattern) else { return nil }
        let before = match.1.split { $0 == "," || $0 == " " }.map(String.init)
        return before + [String(match.2), String(match.3)]
    }

    /// Reads "正面还是负面".
    private static func chinese(_ text: String) -> [String]? {
        let pattern = #/([\p{Han}]{2})(?:还是|或者|或)([\p{Han}]{2})/#
        guard let match = text.firstMatch(of: pattern) else { return nil }
        return [String(match.1), String(match.2)]
    }
}
