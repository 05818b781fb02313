// SPDX-License-Identifier: Apache-2.0

/// Makes links of the addresses in a text.
struct Urlizer {
    private let trimLimit: Int?
    private let attributes: String
    private let extraSchemes: [String]

    static func urlize(_ call: FilterCall) throws -> Value {
        let text = try call.renderer.escape(call.value)
        try call.renderer.charge(bytes: text.utf8.count, times: 8)
        var relations = Set(try call.some(3)?.text().splitAtSpace() ?? [])
        if try call.flag(1) { relations.insert("nofollow") }
        relations.insert("noopener")
        let relation = relations.sorted().joined(separator: " ").escapedForHTML
        let target = try call.some(2).map { " target=\"\(try $0.text().escapedForHTML)\"" } ?? ""
        let schemes = try call.some(4)?.elements().map { try $0.text() } ?? []
        for scheme in schemes where scheme.wholeMatch(of: /[\w.+\-]{2,}:\/{0,2}/) == nil {
            throw call.invalid("\(scheme.pythonQuoted) is not a valid URI scheme prefix.")
        }
        let urlizer = Self(
            trimLimit: try call.some(0).map { try call.integer($0) }, attributes: " rel=\"\(relation)\"\(target)",
            extraSchemes: schemes)
        let result = urlizer.link(text)
        try call.renderer.charge(bytes: result.utf8.count)
        return call.escapes ? .markup(result) : .string(result)
    }

    private func link(_ text: String) -> String {
        var result = ""
        var word = ""
        for scalar in text.unicodeScalars {
            if scalar.isPythonSpace {
                result += self.link(word: word)
                word = ""
                result.unicodeScalars.append(scalar)
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        return result + self.link(word: word)
    }

    private func link(word: String) -> String {
        guard !word.isEmpty else { return "" }
        var middle = word[...]
        while let open = ["(", "<", "&lt;"].first(where: middle.hasPrefix) { middle = middle.dropFirst(open.count) }
        while let close = [")", ">", ".", ",", "&gt;"].first(where: middle.hasSuffix) {
            middle = middle.dropLast(close.count)
        }
        for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
            let opened = String(middle).byteOffsets(of: open).count
            guard opened > String(middle).byteOffsets(of: close).count else { continue }
            // What was opened inside the address is closed by what follows it.
            let closed = String(word[middle.endIndex...]).byteOffsets(of: close, limit: opened)
            guard let last = closed.last else { continue }
            let end = word.utf8.index(middle.endIndex, offsetBy: last + close.utf8.count)
            middle = word[middle.startIndex..<end]
        }
        return word[..<middle.startIndex] + self.link(address: String(middle)) + word[middle.endIndex...]
    }

    private func link(address: String) -> String {
        if Self.isWebAddress(address) {
            let prefix = address.hasPrefix("https://") || address.hasPrefix("http://") ? "" : "https://"
            return "<a href=\"\(prefix)\(address)\"\(self.attributes)>\(self.trim(address))</a>"
        }
        if address.hasPrefix("mailto:"), Self.isMailAddress(String(address.dropFirst(7))) {
            return "<a href=\"\(address)\">\(address.dropFirst(7))</a>"
        }
        if address.contains("@"), !address.hasPrefix("www."), !address.hasPrefix("@"), !address.contains(":"),
            Self.isMailAddress(address)
        {
            return "<a href=\"mailto:\(address)\">\(address)</a>"
        }
        if self.extraSchemes.contains(where: { address != $0 && address.hasPrefix($0) }) {
            return "<a href=\"\(address)\"\(self.attributes)>\(address)</a>"
        }
        return address
    }

    private func trim(_ address: String) -> String {
        guard let limit = self.trimLimit, address.unicodeScalars.count > limit else { return address }
        return String(address.unicodeScalars.prefix(max(0, limit))) + "..."
    }

    private static func isMailAddress(_ text: String) -> Bool { text.wholeMatch(of: /\S+@\w[\w.\-]*\.\w+/) != nil }

    /// Scheme or `www.` and a host, or a host in one of the old top-level domains; then port and path.
    private static func isWebAddress(_ text: String) -> Bool {
        guard text.utf8.count < 4096 else { return false }
        let tail = /(?::\d{1,5})?(?:[\/?#]\S*)?/
        let named = /(?:https?:\/\/|www\.)(?:(?:[\w%\-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})/.ignoresCase()
        let old = /(?:[\w%\-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)/.ignoresCase()
        let numeric = /https?:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])/
            .ignoresCase()
        func matches(_ host: Regex<Substring>) -> Bool {
            // Host and tail are told apart by the first character that only the tail may have.
            let afterScheme = text.range(afterScheme: "://")
            let end = text[afterScheme...].firstIndex { "/?#".contains($0) } ?? text.endIndex
            let hostAndPort = text[..<end]
            if hostAndPort.wholeMatch(of: host) != nil { return text[end...].wholeMatch(of: tail) != nil }
            guard let colon = hostAndPort.lastIndex(of: ":") else { return false }
            return hostAndPort[..<colon].wholeMatch(of: host) != nil && text[colon...].wholeMatch(of: tail) != nil
        }
        return matches(named) || matches(old) || matches(numeric)
    }
}

extension String {
    /// The index after a scheme's mark, or the start.
    fileprivate func range(afterScheme mark: String) -> String.Index {
        guard let offset = self.byteOffsets(of: mark, limit: 1).first else { return self.startIndex }
        return self.utf8.index(self.utf8.startIndex, offsetBy: offset + mark.utf8.count)
    }
}
