// SPDX-License-Identifier: Apache-2.0

public import KServeProtocol
public import LLMCore

/// Tensors for a model to work on.
public struct KServeRequest: Sendable {
    /// The model.
    public var model: KServeModelName
    /// The caller's name for the request, which the answer repeats; empty for none.
    public var id = ""
    /// What the model gets.
    public var inputs: [KServeTensor]
    /// The names of the outputs that are wanted; empty for all.
    public var outputs: [String] = []
    /// Truth values, numbers and strings that say how, such as `priority`.
    public var parameters: [String: JSONValue] = [:]
    /// How long the answer may take.
    public var timeLimit: Duration?

    /// Asks a model.
    public init(_ model: KServeModelName, inputs: [KServeTensor], timeLimit: Duration? = nil) {
        self.model = model
        self.inputs = inputs
        self.timeLimit = timeLimit
    }
}

/// A model's answer, or one of several.
public struct KServeResponse: Sendable, Hashable {
    /// The model that answered.
    public var model = ""
    /// Its version.
    public var version = ""
    /// The caller's name for the request.
    public var id = ""
    /// What the model gives.
    public var outputs: [KServeTensor] = []
    /// What the server says besides.
    public var parameters: [String: JSONValue] = [:]

    /// The output of a name.
    public subscript(name: String) -> KServeTensor? { self.outputs.first { $0.name == name } }
}
