// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import Hummingbird
internal import KServeProtocol
internal import LLMCore
internal import NIOCore
internal import OrderedCollections
internal import ServingCore

extension Response {
    /// What a model takes and gives.
    static func metadata(_ model: LoadedModel, _ versions: [String]) -> Response {
        let configuration = model.configuration
        return .json { writer in
            writer.object { writer in
                writer.member("name", configuration.name)
                writer.member("versions", .array(versions.map { .string($0) }))
                writer.member("platform", configuration.platform)
                for (name, tensors) in [("inputs", configuration.inputs), ("outputs", configuration.outputs)] {
                    writer.key(name)
                    writer.array { writer in
                        for tensor in tensors {
                            let shape = tensor.shape(isBatched: configuration.isBatched)
                            writer.object { writer in
                                writer.member("name", tensor.name)
                                writer.member("datatype", tensor.datatype.rawValue)
                                writer.member("shape", .array(shape.map { .integer($0) }))
                            }
                        }
                    }
                }
            }
        }
    }

    /// How a model is served.
    static func configuration(_ model: LoadedModel) throws -> Response {
        // Clients look at these also where they have the value that Protocol Buffers leave out.
        var members: [(String, JSONValue)] = [
            ("name", ""), ("platform", ""), ("backend", ""), ("max_batch_size", 0), ("input", []), ("output", []),
        ]
        let json = try JSONValue(parsing: try model.configuration.message.json())
        for (name, value) in json.objectValue ?? [:] {
            if let index = members.firstIndex(where: { $0.0 == name }) {
                members[index].1 = value
            } else {
                members.append((name, value))
            }
        }
        return .json { writer in
            writer.object { writer in for (name, value) in members { writer.member(name, value) } }
        }
    }

    /// What models have done so far.
    static func statistics(_ models: [LoadedModel]) -> Response {
        .json(capacity: 1024 * (models.count + 1)) { writer in
            writer.object { writer in
                writer.key("model_stats")
                writer.array { writer in for model in models { writer.statistics(of: model) } }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func statistics(of model: LoadedModel) {
        let figures = model.statistics.snapshot
        self.object { writer in
            writer.member("name", model.configuration.name)
            writer.member("version", model.version)
            writer.member("last_inference", Int(clamping: figures.lastInference))
            writer.member("inference_count", Int(clamping: figures.inferences))
            writer.member("execution_count", Int(clamping: figures.executions))
            writer.totals("inference_stats", figures.byName)
            writer.key("response_stats")
            writer.object { writer in
                for (index, responses) in figures.responses.sorted(by: { $0.key < $1.key }) {
                    writer.totals(String(index), responses.byName)
                }
            }
            writer.key("batch_stats")
            writer.array { writer in
                for (size, batches) in figures.batches.sorted(by: { $0.key < $1.key }) {
                    writer.object { writer in
                        writer.member("batch_size", size)
                        for (name, total) in batches.byName { writer.total(name, total) }
                    }
                }
            }
            writer.member("memory_usage", [])
        }
    }

    private mutating func totals(_ name: String, _ totals: [(String, ModelStatistics.Total)]) {
        self.key(name)
        self.object { writer in for (name, total) in totals { writer.total(name, total) } }
    }

    private mutating func total(_ name: String, _ total: ModelStatistics.Total) {
        self.key(name)
        self.object { writer in
            writer.member("count", Int(clamping: total.count))
            writer.member("ns", Int(clamping: total.nanoseconds))
        }
    }
}
