// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol
package import LLMCore

/// What a client asks of a model.
package struct InferenceRequest: Sendable {
    /// The model.
    package var model: String
    /// The version; empty leaves the choice to the server.
    package var version = ""
    /// The client's name for the request, which the answer repeats.
    package var id = ""
    /// What the model gets.
    package var inputs: [KServeTensor]
    /// The names of the outputs that are wanted; empty for all.
    package var outputs: [String] = []
    /// What the client says besides, without what the fields below hold.
    package var parameters: [String: JSONValue] = [:]
    /// 1 is the most urgent; 0 leaves it to the model.
    package var priority = 0
    /// How many nanoseconds it may wait for a run; 0 leaves it to the model.
    package var queueTime: UInt64 = 0
    /// Its place in a sequence, where it belongs to one.
    package var sequence: SequencePosition?

    /// Asks a model.
    package init(model: String, version: String = "", inputs: [KServeTensor]) {
        self.model = model
        self.version = version
        self.inputs = inputs
    }

    /// The input of a name.
    package func input(_ name: String) -> KServeTensor? { self.inputs.first { $0.name == name } }
}

/// A request's place in a sequence.
package struct SequencePosition: Sendable, Hashable {
    /// How a client names a sequence.
    package enum ID: Sendable, Hashable {
        /// By a number other than 0.
        case number(UInt64)
        /// By a text that is not empty.
        case text(String)
    }

    /// The sequence.
    package var id: ID
    /// Whether it begins here.
    package var isStart = false
    /// Whether it ends here.
    package var isEnd = false

    /// Names a place.
    package init(id: ID, isStart: Bool = false, isEnd: Bool = false) {
        self.id = id
        self.isStart = isStart
        self.isEnd = isEnd
    }
}

/// A model's answer, or one of several.
package struct InferenceResponse: Sendable {
    /// The model that answered.
    package var model: String
    /// Its version.
    package var version: String
    /// The client's name for the request.
    package var id: String
    /// What the model gives.
    package var outputs: [KServeTensor]
    /// What the server says besides.
    package var parameters: [String: JSONValue] = [:]

    /// Answers.
    package init(model: String, version: String, id: String, outputs: [KServeTensor]) {
        self.model = model
        self.version = version
        self.id = id
        self.outputs = outputs
    }
}
