// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Feeds mutated files to the readers of untrusted bytes; a crash is a bug.
///
/// Usage: `Fuzz <target> <seconds> <seed> [<corpus file>…]`; some targets have inputs of their own to begin with, others need
/// files. The same seed gives the same inputs; the input being tried is kept in `fuzz-last-<target>`, so that a crash can be
/// turned into a test.
@main
enum Fuzz {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count > 2, let target = FuzzTarget(rawValue: arguments[0]),
            let seconds = Int(arguments[1]), let seed = UInt64(arguments[2])
        else {
            let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            return print("usage: Fuzz <target> <seconds> <seed> [<corpus file>…]; targets: \(known)")
        }
        let corpus = try target.seeds + arguments.dropFirst(3).map { [UInt8](try Data(contentsOf: URL(filePath: $0))) }
        guard !corpus.isEmpty else { return print("\(target.rawValue) has no inputs of its own; name files") }
        var mutator = Mutator(corpus: corpus, seed: seed)
        let end = ContinuousClock.now + .seconds(seconds)
        let last = URL(filePath: "fuzz-last-\(target.rawValue)")
        var runs = 0
        var accepted = 0
        while ContinuousClock.now < end {
            let input = mutator.next()
            try Data(input).write(to: last)
            let taken = ContinuousClock().measure { if target.run(input) { accepted += 1 } }
            runs += 1
            if taken > .seconds(5) { print("slow: run \(runs) took \(taken)") }
        }
        print("\(target.rawValue): \(runs) inputs, \(accepted) accepted, no crash")
    }
}
