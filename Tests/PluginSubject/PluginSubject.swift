// SPDX-License-Identifier: Apache-2.0

import Foundation
import PluginHost

/// A program that becomes the process of a plugin, as `autoglm` does.
@main
enum PluginSubject {
    static func main() { exit(PluginProcess.run(Array(CommandLine.arguments.dropFirst()))) }
}
