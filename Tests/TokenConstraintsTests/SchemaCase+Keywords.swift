// SPDX-License-Identifier: Apache-2.0

extension SchemaCase {
    /// Every keyword that concerns values without structure.
    static let scalars: [SchemaCase] = [
        SchemaCase(
            "true", admits: ["null", "1", #""a""#, "[]", #"{"a":[1]}"#],
            refuses: ["", "nul", "[", "01", #"{"a"}"#, "'a'"]),
        SchemaCase(#"{"type":"null"}"#, admits: ["null"], refuses: ["0", "false", #""""#]),
        SchemaCase(#"{"type":"boolean"}"#, admits: ["true", "false"], refuses: ["null", "1", "tru"]),
        SchemaCase(
            #"{"type":"integer"}"#, admits: ["0", "-0", "12", "-7", "1.0"],
            refuses: ["1.5", "01", "-", "+1", "1.", "null"],
            leavesOut: ["1e2", "1.00"]),
        SchemaCase(
            #"{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"}"#, admits: ["0", "12"],
            refuses: ["1.5", "1.0"]),
        SchemaCase(
            #"{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","enum":[3,30]}"#,
            admits: ["3", "30"], refuses: ["3e1", "3E+00", "30.0"]),
        SchemaCase(
            #"{"type":"number"}"#, admits: ["1", "1.5", "-0.25", "1e5", "1E-05", "2.5e+3"],
            refuses: [".5", "1e", "1.e3", "NaN"]),
        SchemaCase(#"{"type":["integer","null"]}"#, admits: ["3", "null"], refuses: ["3.5", #""3""#]),
        SchemaCase(
            #"{"type":"integer","minimum":5,"maximum":120}"#, admits: ["5", "42", "120"],
            refuses: ["4", "121", "-5", "500"]),
        SchemaCase(
            #"{"type":"number","minimum":0,"exclusiveMaximum":1}"#, admits: ["0", "0.5", "0.999", "1e-05", "0.0"],
            refuses: ["1", "1.0", "-0.1", "2", "1e1"], leavesOut: ["10e-2"]),
        SchemaCase(
            #"{"type":"integer","exclusiveMinimum":-3,"maximum":-1}"#, admits: ["-2", "-1"],
            refuses: ["-3", "0", "-10"]),
        SchemaCase(
            #"{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":3,"exclusiveMinimum":true}"#,
            admits: ["4", "30"], refuses: ["3", "0", "-4"]),
        SchemaCase(
            #"{"type":"number","multipleOf":0.01,"minimum":0,"maximum":2}"#, admits: ["0.5", "1.25", "2"],
            refuses: ["0.001", "1.255", "2.01"]),
        SchemaCase(
            #"{"type":"integer","multipleOf":7,"minimum":1,"maximum":50}"#, admits: ["7", "14", "49"],
            refuses: ["1", "0", "50", "56", "-7"]),
        SchemaCase(
            #"{"type":"number","not":{"type":"integer"}}"#, admits: ["1.5", "-0.1"], refuses: ["1", "1.0", "0"]),
        SchemaCase(
            #"{"type":"integer","not":{"enum":[3,4]},"minimum":2,"maximum":5}"#, admits: ["2", "5"],
            refuses: ["3", "4", "3.0"]),
        SchemaCase(
            #"{"maximum":9223372036854776000,"type":"integer"}"#, admits: ["9223372036854775807", "-5"],
            refuses: ["9223372036854786001"]),
        SchemaCase(
            #"{"type":"string"}"#, admits: [#""""#, #""a\nb""#, #""é€😀""#, #""\ud83d\ude00""#],
            refuses: [#""a"#, "\"\n\"", #""\x""#],
            leavesOut: [#""\ud83d""#]),
        SchemaCase(
            #"{"type":"string","minLength":2,"maxLength":3}"#, admits: [#""ab""#, #""😀é€""#, #""\u0041\n""#],
            refuses: [#""a""#, #""abcd""#, #""""#]),
        SchemaCase(
            #"{"type":"string","pattern":"^[a-c]+$"}"#, admits: [#""abc""#, #""\u0061""#],
            refuses: [#""abd""#, #""""#, #""é""#]),
        SchemaCase(#"{"type":"string","pattern":"b"}"#, admits: [#""abc""#, #""b""#], refuses: [#""ac""#]),
        SchemaCase(
            #"{"type":"string","pattern":"^(?!no)[a-z]*$"}"#, admits: [#""yes""#, #""n""#],
            refuses: [#""no""#, #""nope""#]),
        SchemaCase(
            #"{"type":"string","pattern":"^\\bcat\\b"}"#, admits: [#""cat.""#, #""cat""#],
            refuses: [#""cats""#, #""scat""#]),
        SchemaCase(
            #"{"type":"string","pattern":"^(ab)*$","minLength":3,"maxLength":5}"#, admits: [#""abab""#],
            refuses: [#""ab""#, #""aba""#, #""ababab""#]),
        SchemaCase(
            #"{"type":"string","not":{"pattern":"^x"}}"#, admits: [#""ax""#, #""""#], refuses: [#""x""#, #""xy""#]),
        SchemaCase(
            #"{"enum":["red",1,null,{"a":[1,"x"]},[]]}"#,
            admits: [#""red""#, #""\u0072ed""#, "1", "1.0", "null", #"{"a":[1,"x"]}"#, "[]"],
            refuses: [#""re""#, #""redd""#, "2", "{}", #"{"a":[1]}"#, "[1]", #"{"a":[1,"x"],"b":1}"#]),
        SchemaCase(
            #"{"const":{"a":1,"b":2}}"#, admits: [#"{"a":1,"b":2}"#, #"{"b":2,"a":1.0}"#],
            refuses: [#"{"a":1}"#, #"{"a":1,"b":3}"#]),
        SchemaCase(#"{"enum":["a","bb"],"minLength":2}"#, admits: [#""bb""#], refuses: [#""a""#]),
        SchemaCase(
            #"{"not":{"const":{"a":1}},"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}"#,
            admits: ["{}", #"{"a":2}"#], refuses: [#"{"a":1}"#]),
    ]

    /// Every keyword that concerns arrays and objects.
    static let structures: [SchemaCase] = [
        SchemaCase(
            #"{"type":"array","items":{"type":"integer"}}"#, admits: ["[]", "[1]", "[1, 2,3]", "[ 1 ]"],
            refuses: ["[1,]", "[,1]", #"["a"]"#, "[1"]),
        SchemaCase(
            #"{"type":"array","minItems":1,"maxItems":2}"#, admits: ["[1]", #"[1,"a"]"#], refuses: ["[]", "[1,2,3]"]),
        SchemaCase(
            #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#,
            admits: ["[]", #"["a"]"#, #"["a",1]"#],
            refuses: ["[1]", #"["a",1,2]"#]),
        SchemaCase(
            #"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#,
            admits: [#"["a",null,null]"#, "3"], refuses: [#"["a",1]"#, "[null]"]),
        SchemaCase(
            #"{"type":"array","contains":{"type":"string"}}"#, admits: [#"["a"]"#, #"[1,"a",2]"#],
            refuses: ["[]", "[1,2]"]),
        SchemaCase(
            #"{"type":"array","contains":{"const":1},"minContains":2,"maxContains":2,"maxItems":3}"#,
            admits: ["[1,1]", "[1,0,1]"],
            refuses: ["[1]", "[1,1,1]", "[0,0,1]"]),
        SchemaCase(
            #"{"type":"array","not":{"items":{"type":"integer"}},"maxItems":2}"#, admits: [#"["a"]"#, #"[1,"a"]"#],
            refuses: ["[]", "[1,2]"]),
        SchemaCase(
            #"{"type":"object","properties":{"a":{"type":"integer"},"ab":{"type":"string"}},"required":["a"],"additionalProperties":false}"#,
            admits: [#"{"a":1}"#, #"{"ab":"x","a":1}"#, #"{"\u0061":1}"#, "{ \"a\" : 1 }", "{\n  \"a\": 1\n}"],
            refuses: ["{}", #"{"a":1,"a":2}"#, #"{"b":1,"a":1}"#, #"{"a":1,}"#, #"{"a":"x"}"#, #"{"ab":"x"}"#]),
        SchemaCase(
            #"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
            admits: [#"{"b":"x","a":1,"ab":""}"#, "3"],
            refuses: [#"{"b":1}"#, #"{"a":"x"}"#]),
        SchemaCase(
            #"{"type":"object","patternProperties":{"^x":{"type":"integer"},"y$":{"minimum":5}},"additionalProperties":false}"#,
            admits: [#"{"x":1,"xy":5,"ay":"s"}"#], refuses: [#"{"xy":4}"#, #"{"a":1}"#, #"{"x":"s"}"#]),
        SchemaCase(
            #"{"type":"object","propertyNames":{"pattern":"^[a-z]{2,3}$"}}"#, admits: ["{}", #"{"ab":1,"abc":2}"#],
            refuses: [#"{"a":1}"#, #"{"abcd":1}"#]),
        SchemaCase(
            #"{"type":"object","minProperties":1,"maxProperties":2}"#, admits: [#"{"a":1}"#, #"{"a":1,"b":2}"#],
            refuses: ["{}", #"{"a":1,"b":2,"c":3}"#]),
        SchemaCase(
            #"{"type":"object","properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"minProperties":2}"#,
            admits: [#"{"a":1,"c":2}"#], refuses: [#"{"b":1}"#]),
        SchemaCase(
            #"{"type":"object","dependentRequired":{"a":["b"]},"properties":{"a":{},"b":{},"c":{}},"additionalProperties":false}"#,
            admits: ["{}", #"{"b":1}"#, #"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#],
            refuses: [#"{"a":1}"#, #"{"a":1,"c":1}"#]),
        SchemaCase(
            #"{"type":"object","dependentSchemas":{"a":{"required":["b"],"properties":{"b":{"type":"integer"}}}}}"#,
            admits: [#"{"b":"x"}"#, #"{"a":1,"b":2}"#], refuses: [#"{"a":1}"#, #"{"a":1,"b":"x"}"#]),
        SchemaCase(
            #"{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"],"c":{"required":["d"]}},"type":"object"}"#,
            admits: [#"{"a":1,"b":1}"#, #"{"c":1,"d":1}"#], refuses: [#"{"a":1}"#, #"{"c":1}"#]),
        SchemaCase(
            #"{"type":"object","properties":{"a":{"type":"integer"}},"unevaluatedProperties":false}"#,
            admits: [#"{"a":1}"#], refuses: [#"{"b":1}"#]),
    ]

    /// Every keyword that combines schemas, and references.
    static let combinations: [SchemaCase] = [
        SchemaCase(
            #"{"allOf":[{"type":"integer"},{"minimum":3},{"maximum":5}]}"#, admits: ["3", "5"],
            refuses: ["2", "6", #""a""#]),
        SchemaCase(
            #"{"type":"object","allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"minimum":2}}}]}"#,
            admits: [#"{"a":2}"#], refuses: [#"{"a":1}"#, "{}"]),
        SchemaCase(
            #"{"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]}"#, admits: ["1", #""a""#],
            refuses: [#""ab""#, "null"]),
        SchemaCase(
            #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"additionalProperties":false,"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
            admits: [#"{"a":1}"#, #"{"b":1}"#, #"{"b":1,"a":1}"#], refuses: ["{}"]),
        SchemaCase(
            #"{"oneOf":[{"type":"integer"},{"type":"number","minimum":10}]}"#, admits: ["1", "10.5"],
            refuses: ["10", "1.5", "12"]),
        SchemaCase(
            #"{"type":"object","oneOf":[{"properties":{"a":{"type":"integer"}},"additionalProperties":false},{"properties":{"b":{"type":"string"}},"additionalProperties":false}]}"#,
            admits: [#"{"a":1}"#, #"{"b":"x"}"#], refuses: ["{}", #"{"a":1,"b":"x"}"#, #"{"a":"x"}"#, #"{"c":1}"#]),
        SchemaCase(
            #"{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}"#,
            admits: [#"{"a":1}"#, #"{"b":1,"c":2}"#],
            refuses: ["{}", #"{"a":1,"b":2}"#]),
        SchemaCase(
            #"{"oneOf":[{"type":"object","properties":{"k":{"const":"x"},"v":{"type":"integer"}},"required":["k"]},{"type":"object","properties":{"k":{"const":"y"},"v":{"type":"string"}},"required":["k"]}]}"#,
            admits: [#"{"k":"x","v":1}"#, #"{"v":"s","k":"y"}"#],
            refuses: [#"{"k":"x","v":"s"}"#, #"{"v":1,"k":"y"}"#, "{}"]),
        SchemaCase(
            #"{"not":{"type":["string","object","array"]}}"#, admits: ["1", "null"], refuses: [#""a""#, "{}", "[]"]),
        SchemaCase(
            #"{"type":"object","not":{"required":["a","b"]}}"#, admits: ["{}", #"{"a":1}"#, #"{"b":1}"#],
            refuses: [#"{"a":1,"b":1}"#]),
        SchemaCase(
            #"{"type":"object","if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["a"]},"else":{"required":["b"]}}"#,
            admits: [#"{"k":1,"a":0}"#, #"{"k":2,"b":0}"#, #"{"b":0}"#],
            refuses: [#"{"k":1,"b":0}"#, #"{"k":2,"a":0}"#, "{}"]),
        SchemaCase(
            ##"{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"],"additionalProperties":false}"##,
            admits: [#"{"v":1}"#, #"{"v":1,"next":{"v":2,"next":{"v":3}}}"#], refuses: [#"{"v":1,"next":{}}"#]),
        SchemaCase(
            ##"{"$defs":{"p":{"type":"integer"},"a/b":{"$anchor":"s","type":"string"}},"prefixItems":[{"$ref":"#/$defs/p"},{"$ref":"#/$defs/a~1b"},{"$ref":"#s"}],"type":"array","minItems":3,"items":false}"##,
            admits: [#"[1,"a","b"]"#], refuses: [#"[1,"a",2]"#, #"["a","a","a"]"#]),
        SchemaCase(
            #"{"$id":"http://x.test/root.json","$defs":{"i":{"$id":"item.json","type":"integer"}},"items":{"$ref":"item.json"},"type":"array"}"#,
            admits: ["[1]"], refuses: [#"["a"]"#]),
        SchemaCase(
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"p":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/p","minimum":5}}}"##,
            admits: [#"{"a":1}"#], refuses: [#"{"a":"x"}"#]),
    ]
}
