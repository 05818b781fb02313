// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import Synchronization

/// The formats of JSON Schema as patterns that never admit what a strict checker refuses.
extension StringFormat {
    /// Whether an automaton can tell which strings are of the format.
    var isRegular: Bool { Self.patterns[self] != nil }

    /// The most scalars of a string; nil where the automaton knows.
    var most: Int? {
        switch self {
        case .email, .internationalEmail: 254
        case .hostname: 253
        default: nil
        }
    }

    /// The automaton of the format, but for the most scalars; made once a program.
    func automaton() throws -> ScalarAutomaton {
        if let known = Self.known.withLock({ $0[self] }) { return known }
        let automaton = try (Self.patterns[self] ?? []).map { try ScalarAutomaton(finding: "^(?:\($0))$") }
            .reduce(ScalarAutomaton.everything) { try $0.intersection($1) }
        Self.known.withLock { $0[self] = automaton }
        return automaton
    }

    private static let known = Mutex<[StringFormat: ScalarAutomaton]>([:])

    private static let date: String = {
        let leap = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
        let long = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
        let short = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        let february = "02-(?:0[1-9]|1[0-9]|2[0-8])"
        return "[0-9]{4}-(?:\(long)|\(short)|\(february))|\(leap)-02-29"
    }()
    /// No year is 0000.
    private static let year = "[0-9]{3}[1-9].*|[0-9]{2}[1-9].*|[0-9][1-9].*|[1-9].*"
    private static let time =
        #"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"#
    private static let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let hostname = #"\#(Self.label)(?:\.\#(Self.label))*"#
    /// No label has hyphens where `xn--` has them: what follows would have to be Punycode.
    private static func noCode(_ start: String) -> String { #"(?!\#(start)(?:.*\.)?..--).*"# }
    private static let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let ipv4 = #"\#(Self.byte)(?:\.\#(Self.byte)){3}"#
    private static let group = "[0-9A-Fa-f]{1,4}"
    private static let ipv6: String = {
        let last = "(?:\(Self.group):\(Self.group)|\(Self.ipv4))"
        var forms = ["(?:\(Self.group):){6}\(last)"]
        for after in 0...6 {
            // `::` stands for at least one group: before it come up to 6 - after groups.
            let before = after == 6 ? "" : "(?:(?:\(Self.group):){0,\(5 - after)}\(Self.group))?"
            let end = after == 0 ? "" : after == 1 ? Self.group : "(?:\(Self.group):){\(after - 2)}\(last)"
            forms.append("\(before)::\(end)")
        }
        forms.append("(?:(?:\(Self.group):){0,6}\(Self.group))?::")
        return forms.joined(separator: "|")
    }()
    private static let unreserved = "[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
    private static let authority =
        #"(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?(?:\[(?:\#(Self.ipv6))\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,4})?"#
    private static let path = "(?:/(?:\(Self.unreserved))*)*"
    private static let tail = #"(?:\?(?:\#(Self.unreserved)|[/?])*)?(?:#(?:\#(Self.unreserved)|[/?])*)?"#
    private static let uri =
        "[A-Za-z][A-Za-z0-9+.-]*:(?://\(Self.authority)\(Self.path)|/(?:(?:\(Self.unreserved))+\(Self.path))?|(?:\(Self.unreserved))+\(Self.path)|)\(Self.tail)"
    private static let relative =
        "(?://\(Self.authority)\(Self.path)|/(?:(?:\(Self.unreserved))+\(Self.path))?|(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})+\(Self.path)|)\(Self.tail)"
    private static let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    private static let email = #"\#(Self.atom)(?:\.\#(Self.atom))*@\#(Self.hostname)"#

    /// All patterns of a list must fit as a whole.
    private static let patterns: [StringFormat: [String]] = [
        .date: [Self.date, Self.year],
        .time: [Self.time],
        .dateTime: [
            "(?:\(Self.date))T\(Self.time)", Self.year,
        ],
        .duration: [
            "P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?|T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))"
        ],
        .email: [Self.email, "[^@]{1,64}@.*", Self.noCode(".*@")],
        .internationalEmail: [Self.email, "[^@]{1,64}@.*", Self.noCode(".*@")],
        .hostname: [Self.hostname, Self.noCode("")],
        .ipv4: [Self.ipv4],
        .ipv6: [Self.ipv6],
        .uri: [Self.uri], .iri: [Self.uri],
        .uriReference: ["(?:\(Self.uri))|(?:\(Self.relative))"],
        .iriReference: ["(?:\(Self.uri))|(?:\(Self.relative))"],
        .uriTemplate: [
            #"(?:[A-Za-z0-9._~!$&()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2}|\{[+#./;?&]?[A-Za-z0-9_]+(?:,[A-Za-z0-9_]+)*\})*"#
        ],
        .uuid: ["[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"],
        .jsonPointer: ["(?:/(?:[^/~]|~[01])*)*"],
        .relativeJSONPointer: ["(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^/~]|~[01])*)*)"],
    ]
}
