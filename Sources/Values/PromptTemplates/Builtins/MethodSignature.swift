// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How many arguments a function of Python takes, and which of them by name.
struct MethodSignature: Sendable {
    var positional: ClosedRange<Int>
    /// The arguments that may be named, each with its place; nil takes any name.
    var keywords: [String: Int]? = [:]

    static let none = Self(0...0)
    static let one = Self(1...1)
    static let anyPositional = Self(0...Int.max)
    static let any = Self(0...Int.max, nil)

    init(_ positional: ClosedRange<Int>, _ keywords: [String: Int]? = [:]) {
        self.positional = positional
        self.keywords = keywords
    }

    /// Refuses arguments that Python refuses, instead of leaving them aside.
    func check(_ arguments: Arguments, of function: String) throws {
        let count = arguments.positional.count
        guard self.positional.contains(count) else {
            let (least, most) = (self.positional.lowerBound, self.positional.upperBound)
            let expected = least == most ? "\(most)" : most == .max ? "at least \(least)" : "\(least) to \(most)"
            throw TemplateFailure.type("\(function)() takes \(expected) argument(s), not \(count)")
        }
        guard let keywords = self.keywords else { return }
        for (name, _) in arguments.keyword {
            guard let place = keywords[name] else {
                throw TemplateFailure.type(
                    "\(function)() takes no keyword argument '\(name)'. "
                        + NearestName.hint(for: name, in: keywords.keys.sorted()))
            }
            guard place >= count else {
                throw TemplateFailure.type("\(function)() got multiple values for argument '\(name)'")
            }
        }
    }

    // MARK: Methods

    static func string(_ name: String) -> Self { self.strings[name] ?? .none }
    static func list(_ name: String) -> Self { self.lists[name] ?? .none }
    static func dict(_ name: String) -> Self { self.dicts[name] ?? .none }

    static func global(_ name: String) -> Self { self.globals[name] ?? .any }

    /// `count` and `index` of tuples and ranges.
    static func sequence(_ name: String) -> Self { name == "index" ? Self(1...3) : .one }

    /// The methods of `str` that take arguments.
    private static let strings: [String: Self] = [
        "strip": Self(0...1, ["chars": 0]), "lstrip": Self(0...1, ["chars": 0]), "rstrip": Self(0...1, ["chars": 0]),
        "center": Self(1...2), "ljust": Self(1...2), "rjust": Self(1...2), "zfill": .one,
        "expandtabs": Self(0...1, ["tabsize": 0]), "removeprefix": .one, "removesuffix": .one,
        "split": Self(0...2, ["sep": 0, "maxsplit": 1]), "rsplit": Self(0...2, ["sep": 0, "maxsplit": 1]),
        "partition": .one, "rpartition": .one, "splitlines": Self(0...1, ["keepends": 0]), "join": .one,
        "replace": Self(2...3, ["count": 2]), "format": .any, "encode": .any,
        "find": Self(1...3), "rfind": Self(1...3), "index": Self(1...3), "rindex": Self(1...3), "count": Self(1...3),
        "startswith": Self(1...3), "endswith": Self(1...3),
    ]

    private static let lists: [String: Self] = [
        "append": .one, "extend": .one, "insert": Self(2...2), "pop": Self(0...1), "remove": .one, "count": .one,
        "index": Self(1...3), "sort": Self(0...0, ["key": 0, "reverse": 1]),
    ]

    private static let globals: [String: Self] = ["cycler": .anyPositional, "joiner": Self(0...1, ["sep": 0])]

    private static let dicts: [String: Self] = [
        "get": Self(1...2), "pop": Self(1...2), "setdefault": Self(1...2), "update": Self(0...1, nil),
    ]
}
