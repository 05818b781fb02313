// SPDX-License-Identifier: Apache-2.0

// What the macros refuse, each once. The compiler checks it (`-verify`): message, place, and the way out.

@Generable  // expected-error {{'@Generable' goes on structures and enumerations}}
class Shape {}

@Generable
enum Nothing {}  // expected-error {{an enumeration without cases has no values to generate}}

@Generable
struct WithoutType {
    // expected-note@+1 {{Add ': Int'}}
    var count = 3  // expected-error {{'count' needs a type, since a macro cannot see what the compiler infers}}
}

@Generable
struct WithPattern {
    var (x, y): (Int, Int)  // expected-error {{a property of a '@Generable' structure needs a name of its own}}
}

@Generable
struct WithDictionary {
    // expected-error@+1 {{can't be generated, '[String: Int]'; use an array of a '@Generable' structure}}
    var ages: [String: Int]
}

@Generable
struct WithTuple {
    var pair: (Int, Int)  // expected-error {{can't be generated, '(Int, Int)'; use a '@Generable' structure}}
}

@Generable
struct WithFunction {
    var work: () -> Int  // expected-error {{can't be generated, '() -> Int'; name a type that is 'Generable'}}
}

@Generable
struct WithTwoMarks {
    var value: Int??  // expected-error {{can't be generated, 'Int?'; one '?' is enough}}
}

@Generable
struct RangeOfText {
    @Guide(.range(1...3))  // expected-error {{'.range' is a guide for numbers, and 'String' is none of them}}
    var name: String
}

@Generable
struct CountOfNumber {
    // expected-note@+1 {{Replace '.count' by '.range'}} {{13-18=range}}
    @Guide(.count(1...3))  // expected-error {{'.count' is a guide for arrays, and 'Int' is none of them}}
    var number: Int
}

@Generable
struct ChoiceOfList {
    // expected-note@+1 {{Replace it by '.element(.anyOf(["a"]))'}} {{12-25=.element(.anyOf(["a"]))}}
    @Guide(.anyOf(["a"]))  // expected-error {{'.anyOf' is a guide for texts, and '[String]' is none of them}}
    var names: [String]
}

@Generable
struct RangeInList {
    @Guide(.element(.range(1...3)))  // expected-error {{'.range' is a guide for numbers, and 'String' is none of them}}
    var names: [String]
}

@Generable
struct GuidedIdentity {
    @Guide(.constant("x"))  // expected-error {{a 'GenerationID' is not generated, so nothing guides it}}
    var id: GenerationID
}

@Generable
struct GuidedTwice {
    @Guide(description: "one")
    @Guide(.constant("x"))  // expected-error {{'name' has a '@Guide' already; put everything into one}}
    var name: String
}

@Generable
struct NoChoices {
    @Guide(.anyOf([]))  // expected-error {{no text is one of none; name at least one}}
    var name: String
}

@Generable
struct Backwards {
    // expected-note@+1 {{Swap the bounds}} {{19-24=1...3}}
    @Guide(.range(3...1))  // expected-error {{the range ends before it begins}}
    var number: Int
}

@Generable
struct Negative {
    @Guide(.count(-1))  // expected-error {{an array has no -1 elements}}
    var names: [String]
}

@Generable
struct Reference {
    @Guide(.pattern(/(a)\1/))  // expected-error {{a guide's pattern can't have a reference to a group}}
    var name: String
}

@Generable
struct Computed {
    var name: String
    @Guide(description: "x")  // expected-error {{'@Guide' goes on stored properties of '@Generable' structures}}
    var length: Int { self.name.count }
}

struct Plain {
    @Guide(description: "x")  // expected-warning {{'@Guide' has no effect: 'Plain' is not '@Generable'}}
    var name: String
}
