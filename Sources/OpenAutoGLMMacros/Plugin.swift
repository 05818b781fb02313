// SPDX-License-Identifier: Apache-2.0

internal import SwiftCompilerPlugin
internal import SwiftSyntaxMacros

/// What the compiler loads.
@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [GenerableMacro.self, GuideMacro.self]
}
