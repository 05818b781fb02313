// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// What is wrong with a use of a macro.
struct MacroMessage: DiagnosticMessage {
    let id: String
    let message: String
    var severity = DiagnosticSeverity.error

    var diagnosticID: MessageID { MessageID(domain: "OpenAutoGLM", id: self.id) }
}

/// How to put it right.
struct MacroFix: FixItMessage {
    let message: String

    var fixItID: MessageID { MessageID(domain: "OpenAutoGLM", id: "fix") }
}

/// Takes what is wrong, with its place and ways out.
struct Diagnoser {
    /// Where it goes; nil while nothing is to be reported.
    private(set) var report: (Diagnostic) -> Void

    /// Reports an error.
    func error(_ id: String, at node: some SyntaxProtocol, _ message: String, fixIts: [FixIt] = []) {
        self.report(Diagnostic(node: Syntax(node), message: MacroMessage(id: id, message: message), fixIts: fixIts))
    }

    /// Reports something that has no effect.
    func warning(_ id: String, at node: some SyntaxProtocol, _ message: String, fixIts: [FixIt] = []) {
        self.report(
            Diagnostic(
                node: Syntax(node), message: MacroMessage(id: id, message: message, severity: .warning),
                fixIts: fixIts))
    }
}
