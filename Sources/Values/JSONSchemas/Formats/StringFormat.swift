// SPDX-License-Identifier: Apache-2.0

/// The formats that JSON Schema defines for strings.
package enum StringFormat: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration
    case email
    case internationalEmail = "idn-email"
    case hostname
    case internationalHostname = "idn-hostname"
    case ipv4, ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uuid
    case uriTemplate = "uri-template"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    /// Whether a string is of the format.
    func accepts(_ text: String) -> Bool {
        switch self {
        case .dateTime: TimeFormats.isDateTime(text)
        case .date: TimeFormats.isDate(text)
        case .time: TimeFormats.isTime(text)
        case .duration: TimeFormats.isDuration(text)
        case .email: EmailFormat(isInternational: false).accepts(text)
        case .internationalEmail: EmailFormat(isInternational: true).accepts(text)
        case .hostname: HostnameFormat(isInternational: false).accepts(text)
        case .internationalHostname: HostnameFormat(isInternational: true).accepts(text)
        case .ipv4: AddressFormats.isIPv4(text.utf8)
        case .ipv6: AddressFormats.isIPv6(text.utf8)
        case .uri: URIFormat(isInternational: false).accepts(text, isReference: false)
        case .uriReference: URIFormat(isInternational: false).accepts(text, isReference: true)
        case .iri: URIFormat(isInternational: true).accepts(text, isReference: false)
        case .iriReference: URIFormat(isInternational: true).accepts(text, isReference: true)
        case .uuid: AddressFormats.isUUID(text.utf8)
        case .uriTemplate: URITemplateFormat.accepts(text)
        case .jsonPointer: JSONPointer.isPointer(text[...])
        case .relativeJSONPointer: JSONPointer.isRelativePointer(text)
        case .regex: Self.isRegularExpression(text)
        }
    }

    /// A pattern that is well formed but uses what cannot be matched here is a regular expression all the same.
    private static func isRegularExpression(_ text: String) -> Bool {
        do {
            var parser = PatternParser(text)
            _ = try parser.parse()
            return true
        } catch {
            return (error as? PatternError)?.isUnsupported ?? false
        }
    }

    /// What a string of the format is called in a message.
    var description: String {
        switch self {
        case .dateTime: "a date and time such as 2026-01-31T12:00:00Z"
        case .date: "a date such as 2026-01-31"
        case .time: "a time with its offset such as 12:00:00Z"
        case .duration: "a duration such as P1DT12H"
        case .email, .internationalEmail: "an e-mail address"
        case .hostname, .internationalHostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "a URI with its scheme"
        case .iri: "an IRI with its scheme"
        case .uriReference: "a URI reference"
        case .iriReference: "an IRI reference"
        case .uuid: "a UUID"
        case .uriTemplate: "a URI template"
        case .jsonPointer: "a JSON pointer"
        case .relativeJSONPointer: "a relative JSON pointer"
        case .regex: "a regular expression"
        }
    }
}
