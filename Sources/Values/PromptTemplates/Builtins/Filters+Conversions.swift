// SPDX-License-Identifier: Apache-2.0

extension BuiltinFilter {
    static let conversions: [BuiltinFilter] = [
        BuiltinFilter("string") { try $0.softString() },
        BuiltinFilter("pprint") { call in
            let text = try PrettyPrinter.print(call.value, call.renderer)
            try call.renderer.charge(bytes: text.utf8.count)
            return .string(text)
        },
        BuiltinFilter("tojson", takesAny: true) { call in
            call.renderer.options.sandboxed ? try Self.chatJSON(call) : try Self.htmlSafeJSON(call)
        },
    ]

    private static func indentation(_ indent: Value?, _ call: FilterCall) throws -> String? {
        guard let indent, !indent.isNone else { return nil }
        if let text = indent.stringValue { return text }
        let width = try call.integer(indent)
        try call.renderer.charge(bytes: max(0, width))
        return String(repeating: " ", count: max(0, width))
    }

    /// `tojson` of Jinja itself: sorted keys, ASCII only, safe inside HTML.
    private static func htmlSafeJSON(_ call: FilterCall) throws -> Value {
        let arguments = try Signature(parameters: ["indent"]).bind(call.raw, of: "the filter 'tojson'")
        var writer = PythonJSONWriter(renderer: call.renderer)
        writer.ensuresASCII = true
        writer.sortsKeys = true
        writer.indent = try self.indentation(arguments[0], call)
        if writer.indent != nil { writer.itemSeparator = "," }
        try writer.write(call.value)
        var text = ""
        for scalar in writer.text.unicodeScalars {
            switch scalar {
            case "<", ">", "&", "'": text += "\\u00" + scalar.hex(digits: 2)
            default: text.unicodeScalars.append(scalar)
            }
        }
        try call.renderer.charge(bytes: text.utf8.count)
        return .markup(text)
    }

    /// `tojson` as Hugging Face gives it to chat templates: `json.dumps` with the template's arguments.
    private static func chatJSON(_ call: FilterCall) throws -> Value {
        let signature = Signature(parameters: ["ensure_ascii", "indent", "separators", "sort_keys"])
        let arguments = try signature.bind(call.raw, of: "the filter 'tojson'")
        var writer = PythonJSONWriter(renderer: call.renderer)
        writer.ensuresASCII = try arguments[0]?.isTrue() ?? false
        writer.indent = try self.indentation(arguments[1], call)
        writer.sortsKeys = try arguments[3]?.isTrue() ?? false
        if writer.indent != nil { writer.itemSeparator = "," }
        if let separators = arguments[2], !separators.isNone {
            let parts = try separators.elements()
            guard parts.count == 2 else { throw TemplateFailure.value("separators are a pair of strings") }
            (writer.itemSeparator, writer.keySeparator) = (try parts[0].text(), try parts[1].text())
        }
        try writer.write(call.value)
        try call.renderer.charge(bytes: writer.text.utf8.count)
        return .string(writer.text)
    }
}
