// SPDX-License-Identifier: Apache-2.0

extension String {
    /// A URL as it may stand in messages: without what can hold secrets, which are names, passwords and the query.
    package var redactedURL: String {
        let path = self.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = path.firstRange(of: "://") else { return String(path) }
        let end = path[scheme.upperBound...].firstIndex(of: "/") ?? path.endIndex
        guard let at = path[scheme.upperBound..<end].lastIndex(of: "@") else { return String(path) }
        return String(path[..<scheme.upperBound] + path[path.index(after: at)...])
    }
}
