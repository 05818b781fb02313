// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

extension ModelConfiguration {
    /// Holds a request against what the model takes.
    ///
    /// - Returns: How many inferences it counts for.
    /// - Throws: ``ServingError`` with code `.invalidArgument` that names the tensor that is wrong.
    package func check(_ request: InferenceRequest) throws -> Int {
        var size: Int?
        var found = 0
        for (index, input) in request.inputs.enumerated() {
            guard !request.inputs[..<index].contains(where: { $0.name == input.name }) else {
                throw self.wrong("got the input '\(input.name)' twice")
            }
            guard let specification = self.inputs.first(where: { $0.name == input.name }) else {
                throw self.wrong(
                    "has no input '\(input.name)'; it takes \(self.inputs.map(\.name).joined(separator: ", "))")
            }
            guard input.datatype == specification.datatype else {
                throw self.wrong(
                    "takes '\(input.name)' as \(specification.datatype.rawValue), not \(input.datatype.rawValue)")
            }
            let expected = specification.shape(isBatched: self.isBatched)
            guard specification.allows(input.shape.dropFirst(self.isBatched ? 1 : 0)),
                input.shape.count == expected.count
            else { throw self.wrong("takes '\(input.name)' in the shape \(expected), not \(input.shape)") }
            if self.isBatched {
                guard size == nil || size == input.shape[0] else {
                    throw self.wrong("got tensors of \(size ?? 0) and \(input.shape[0]) inferences in one request")
                }
                size = input.shape[0]
            }
            if !specification.isOptional { found += 1 }
        }
        let needed = self.inputs.count { !$0.isOptional }
        guard found == needed else {
            let missing = self.inputs.filter { tensor in !tensor.isOptional && request.input(tensor.name) == nil }
            throw self.wrong("needs also \(missing.map(\.name).joined(separator: ", "))")
        }
        for name in request.outputs where !self.outputs.contains(where: { $0.name == name }) {
            throw self.wrong("has no output '\(name)'; it gives \(self.outputs.map(\.name).joined(separator: ", "))")
        }
        let count = size ?? 1
        guard !self.isBatched || 1...self.maximumBatchSize ~= count else {
            throw self.wrong("takes 1 to \(self.maximumBatchSize) inferences in a request, not \(count)")
        }
        return count
    }

    /// A number that requests with equal shapes have in common.
    func shapeKey(_ request: InferenceRequest) -> Int {
        guard self.comparesShapes else { return 0 }
        var hasher = Hasher()
        for specification in self.inputs where !specification.isRagged && specification.dimensions.contains(-1) {
            hasher.combine(request.input(specification.name).map { Array($0.shape.dropFirst()) })
        }
        return hasher.finalize()
    }

    private func wrong(_ what: String) -> ServingError {
        ServingError(.invalidArgument, "The model '\(self.name)' \(what).")
    }
}
