// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import TokenConstraints
internal import Tokenization

/// Compiles schemas to masks and holds instances against them, whose labels say what should come of it.
struct ConstraintBenchmark {
    let tokenizer: Tokenizer
    let vocabulary: ConstraintVocabulary
    /// How many random texts of each schema to validate.
    let walks: Int
    private(set) var result = ConstraintBenchmarkResult()

    init(tokenizer: Tokenizer, walks: Int) {
        self.tokenizer = tokenizer
        self.walks = walks
        self.vocabulary = ConstraintVocabulary(tokenizer)
    }

    /// Takes one schema with its instances.
    ///
    /// - Parameters:
    ///   - schema: The schema.
    ///   - tests: Its instances, objects with `valid` and `data`.
    ///   - id: Its name.
    mutating func run(_ schema: JSONValue, tests: [JSONValue], id: String?) {
        let name = id ?? "schema \(self.result.schemas + 1)"
        self.result.schemas += 1
        self.result.instances += tests.count
        let clock = ContinuousClock()
        let start = clock.now
        do {
            let automaton = try SchemaAutomaton(schema: schema)
            let masks = MaskComputer(automaton, vocabulary: self.vocabulary)
            self.result.compileTimes.append(Int64((clock.now - start) / .nanoseconds(1)))
            self.result.compiled += 1
            if !automaton.narrowed.isEmpty { self.result.narrowed += 1 }
            for test in tests {
                guard let data = test["data"], let isValid = test["valid"]?.boolValue else { continue }
                self.check(data, isValid: isValid, of: name, automaton, masks)
            }
            self.result.states += automaton.stateCount
            if self.walks > 0 { self.walk(schema, of: name, automaton) }
        } catch {
            self.result.compileTimes.append(Int64((clock.now - start) / .nanoseconds(1)))
            self.result.refuse(name, error)
        }
    }

    /// Holds one instance against the masks, in three layouts; the middle one is timed.
    private mutating func check(
        _ data: JSONValue, isValid: Bool, of name: String, _ automaton: SchemaAutomaton, _ masks: MaskComputer
    ) {
        let compact = data.serialized()
        let admission = Admission(
            of: Array(Self.spaced(compact).utf8), automaton: automaton, masks: masks, tokenizer: self.tokenizer)
        self.result.maskTimes += admission.maskTimes
        if let first = admission.maskTimes.first { self.result.firstMaskTimes.append(first) }
        let others = [compact, data.serialized(indentation: 2)].map {
            automaton.accepts(automaton.next(automaton.start, $0.utf8))
        }
        self.result.tested += 1
        if isValid {
            self.result.testedValid += 1
            if !admission.isAdmitted || others.contains(false) {
                self.result.wronglyRefused.append(
                    "\(name): \(compact.prefix(300)) @\(admission.refusal?.position ?? -1)")
            }
        } else if admission.isAdmitted || others.contains(true) {
            self.result.wronglyAdmitted.append("\(name): \(compact.prefix(300))")
        }
    }

    /// Writes random texts that the automaton allows, which must all be valid.
    private mutating func walk(_ schema: JSONValue, of name: String, _ automaton: SchemaAutomaton) {
        guard let validator = try? JSONSchema(schema, formats: .assertion) else { return }
        var walk = RandomWalk(
            automaton, using: SeededGenerator(seed: UInt64(self.result.schemas)), hint: automaton.missingKey)
        for _ in 0..<self.walks {
            let outcome = walk.next()
            self.result.walks += 1
            guard case .text(let text) = outcome, let value = try? JSONValue(parsing: text) else {
                self.result.wrongWalks.append("\(name): \(outcome)")
                continue
            }
            if let violation = validator.validate(value).first {
                self.result.wrongWalks.append("\(name): \(String(decoding: text, as: UTF8.self)): \(violation)")
            }
        }
    }

    /// A compact text with a blank after each colon and comma, as many programs write it.
    private static func spaced(_ text: String) -> String {
        var spaced = [UInt8]()
        var isString = false
        var isEscaped = false
        for byte in text.utf8 {
            spaced.append(byte)
            if isString {
                isString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: "\"") {
                isString = true
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                spaced.append(UInt8(ascii: " "))
            }
        }
        return String(decoding: spaced, as: UTF8.self)
    }
}
