// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import ModelFiles
internal import Tokenization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Prints the tokens of files for `scripts/references/tokenizer_check.py`, one line per file.
///
/// Usage: `Probe <model.gguf> [--special] [--add-special] [--time] <file>…`
@main
enum Probe {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let paths = arguments.filter { !$0.hasPrefix("--") }
        guard let model = paths.first else { return print("usage: Probe <model.gguf> [options] <file>…") }
        let clock = ContinuousClock()
        let began = clock.now
        let file = try GGUFFile(path: model)
        let opened = clock.now
        let tokenizer = try Tokenizer(gguf: file)
        let timed = arguments.contains("--time")
        if timed { print("open \(opened - began), tokenizer \(clock.now - opened)") }
        for path in paths.dropFirst() {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let start = clock.now
            let ids = tokenizer.encode(
                bytes: bytes, addSpecial: arguments.contains("--add-special"),
                parseSpecial: arguments.contains("--special"))
            let taken = clock.now - start
            let returns = tokenizer.decodeBytes(ids, skipSpecial: false) == bytes
            if timed {
                let seconds = Double(taken.components.attoseconds) / 1e18 + Double(taken.components.seconds)
                print(path, bytes.count, ids.count, taken, Double(bytes.count) / 1e6 / seconds, "MB/s", returns)
            } else {
                print("[" + ids.map(String.init).joined(separator: ", ") + "]")
            }
        }
    }
}
