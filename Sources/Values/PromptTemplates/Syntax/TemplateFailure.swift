// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A place in a template, both from 1; columns count Unicode scalars.
struct TemplatePosition: Sendable, Hashable {
    var line: Int32 = 1
    var column: Int32 = 1
}

/// What went wrong inside the engine, before the template's name and the position are known for sure.
struct TemplateFailure: Error {
    var code: PromptError.Code
    var message: String
    var template: String?
    var position: TemplatePosition?

    init(
        _ code: PromptError.Code, _ message: String, template: String? = nil, at position: TemplatePosition? = nil
    ) {
        self.code = code
        self.message = message
        self.template = template
        self.position = position
    }

    static func type(_ message: String) -> Self { Self(.wrongType, message) }
    static func value(_ message: String) -> Self { Self(.invalidValue, message) }
    static func runtime(_ message: String) -> Self { Self(.runtimeFailure, message) }
    static func undefined(_ message: String) -> Self { Self(.undefinedValue, message) }
    static func limit(_ message: String) -> Self { Self(.limitExceeded, message) }

    /// The failure as the library's users see it.
    var publicError: PromptError {
        var place = ""
        if let template = self.template { place += "template '\(template)'" }
        if let position = self.position {
            place += (place.isEmpty ? "" : ", ") + "line \(position.line), column \(position.column)"
        }
        return PromptError(self.code, place.isEmpty ? self.message : "\(place): \(self.message)")
    }
}
