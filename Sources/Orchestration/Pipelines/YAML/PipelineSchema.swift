// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// The JSON Schema of pipelines in YAML, for editors.
public enum PipelineSchema {
    /// The schema of a pipeline that may use these kinds of steps.
    public static func schema(registry: StepRegistry = .standard) -> JSONValue {
        var document = Self.object(
            [
                "pipeline": Self.text("The pipeline's name."),
                "version": ["description": "Its version, such as 1.0.0.", "type": ["string", "number"]],
                "description": Self.text("What it is for."),
                "inputs": ["type": "object", "additionalProperties": ["$ref": "#/$defs/input"]],
                "schedule": Self.schedule,
                "steps": Self.steps,
                "output": ["description": "What a run's result is made of."],
                "pipelines": [
                    "description": "Pipelines that steps can 'call' by their names.", "type": "object",
                    "additionalProperties": ["$ref": "#"],
                ],
            ], required: ["pipeline", "steps"])
        document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        document["title"] = "A pipeline"
        document["$defs"] = [
            "input": [
                "type": ["object", "null"], "additionalProperties": false,
                "properties": [
                    "type": ["enum": .array(ValueType.allCases.map { .string($0.rawValue) })],
                    "description": Self.text("What it is, for people."),
                    "default": ["description": "What it is if not given."],
                ],
            ],
            "steps": ["type": "array", "items": ["$ref": "#/$defs/step"]],
            "step": ["anyOf": .array(Self.forms(registry))],
            "duration": [
                "description": "A length of time, such as 500ms, 30s, 5m, 2h or 1d; a number is in seconds.",
                "type": ["string", "number"], "pattern": "^[0-9.]+(ms|s|m|h|d)?$",
            ],
        ]
        return .object(document)
    }

    private static let schedule: JSONValue = [
        "description": "When runs begin by themselves, after `autoglm runs schedule`.", "type": "object",
        "additionalProperties": false,
        "properties": [
            "every": ["$ref": "#/$defs/duration"],
            "cron": Self.text("Minute, hour, day of the month, month, day of the week, such as 0 7 * * mon-fri."),
            "timezone": Self.text("The zone whose clocks 'cron' goes by, such as Asia/Shanghai; UTC if not given."),
            "missed": [
                "description": "What becomes of times at which no worker was there; once if not given.",
                "enum": .array(RunSchedule.MissedPolicy.allCases.map { .string($0.rawValue) }),
            ],
            "inputs": ["description": "What each run is given.", "type": "object"],
        ],
        "oneOf": [["required": ["every"]], ["required": ["cron"]]],
    ]

    private static let steps: JSONValue = ["$ref": "#/$defs/steps"]

    private static func text(_ description: String) -> JSONValue {
        ["description": .string(description), "type": "string"]
    }

    private static func object(
        _ properties: OrderedDictionary<String, JSONValue>, required: [String]
    ) -> OrderedDictionary<String, JSONValue> {
        [
            "type": "object", "properties": .object(properties),
            "required": .array(required.map { .string($0) }), "additionalProperties": false,
        ]
    }

    // MARK: - Steps

    private static func forms(_ registry: StepRegistry) -> [JSONValue] {
        StepForm.allCases.flatMap { form -> [JSONValue] in
            var properties: OrderedDictionary<String, JSONValue> = [:]
            for key in form.keys { properties[key] = self.keys[key] ?? [:] }
            if let own = self.own[form] { properties[form.rawValue] = own }
            guard form == .uses else { return [.object(self.object(properties, required: form.requiredKeys))] }
            return registry.definitions.map { definition in
                properties["uses"] = ["const": .string(definition.name), "description": .string(definition.summary)]
                properties["with"] = self.arguments(definition)
                let needsInputs = definition.inputs.contains(where: \.isRequired)
                return .object(self.object(properties, required: needsInputs ? ["uses", "with"] : ["uses"]))
            }
        }
    }

    /// What a kind of step is given: of each input's type, or a reference.
    private static func arguments(_ definition: StepDefinition) -> JSONValue {
        var properties: OrderedDictionary<String, JSONValue> = [:]
        for port in definition.inputs {
            properties[port.name] = ["anyOf": [port.schema, ["type": "string", "pattern": "\\$\\{"]]]
        }
        let required = definition.inputs.filter(\.isRequired).map(\.name)
        return .object(self.object(properties, required: required))
    }

    /// What stands behind the key that names a form.
    private static let own: [StepForm: JSONValue] = [
        .switch: ["description": "The value that names the case."],
        .forEach: ["description": "An array, or how many times."],
        .while: ["description": "The expression that must hold before each turn.", "type": ["string", "boolean"]],
        .parallel: [
            "description": "Lists of steps by their names, or a list of steps.",
            "anyOf": [["type": "object", "additionalProperties": Self.steps], Self.steps],
        ],
        .pipe: Self.steps,
        .try: Self.steps,
        .call: [
            "description": "A pipeline's file, the name of one under 'pipelines', or the pipeline itself.",
            "anyOf": [["type": "string"], ["$ref": "#"]],
        ],
        .waitFor: Self.text("The question; its answer is ${id.answer}."),
        .sleep: ["$ref": "#/$defs/duration"],
        .fail: Self.text("The message."),
        .steps: Self.steps,
    ]

    /// What stands behind all other keys.
    private static let keys: [String: JSONValue] = [
        "id": Self.text("The name under which other steps refer to this one."),
        "when": ["description": "An expression; the step runs only if it holds.", "type": ["string", "boolean"]],
        "timeout": ["$ref": "#/$defs/duration"],
        "breakpoint": ["description": "Whether a run waits before this step.", "type": "boolean"],
        "retry": [
            "description": "How often the step is tried.", "type": ["integer", "object"],
            "properties": [
                "attempts": ["type": "integer"], "backoff": ["$ref": "#/$defs/duration"],
                "factor": ["type": "number"], "max_backoff": ["$ref": "#/$defs/duration"],
                "jitter": ["type": "number"],
            ],
            "additionalProperties": false,
        ],
        "with": ["description": "What the pipeline is given.", "type": "object"],
        "cases": [
            "description": "Lists of steps by the value.", "type": "object", "additionalProperties": Self.steps,
        ],
        "default": Self.steps, "catch": Self.steps, "finally": Self.steps, "else": Self.steps, "steps": Self.steps,
        "as": Self.text("The name of the element inside the loop; 'item' if not given."),
        "concurrency": ["description": "How much may run at the same time.", "type": "integer", "minimum": 1],
        "output": ["description": "What a turn gives."],
        "limit": ["description": "The most turns.", "type": "integer", "minimum": 1],
        "at_limit": ["description": "What happens then.", "enum": ["fail", "stop"]],
        "initial": ["description": "What 'last' is in the first turn."],
        "choices": ["description": "The only answers allowed.", "type": "array"],
    ]
}
