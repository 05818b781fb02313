// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import LLMCore
internal import ModelFiles

/// Weights by their names in a safetensors file.
package struct WeightFile {
    /// The largest number that is read: far beyond what training makes, and far below what sums up to no number.
    private static let largest: Float = 10_000

    private let file: SafetensorsFile

    /// Opens a file.
    ///
    /// - Throws: ``ModelFileError``.
    package init(path: String) throws { self.file = try SafetensorsFile(path: path) }

    /// The free text that the file carries about itself.
    package var metadata: [String: String] { self.file.metadata }

    /// How many numbers the file's tensors have together.
    package var count: Int { self.file.tensors.reduce(0) { $0 + $1.elementCount } }

    /// Writes a file.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package static func write(
        _ weights: [(name: String, weight: Tensor)], _ metadata: [(String, String)], to path: String
    ) throws {
        try SafetensorsFileWriter.write(
            path: path, metadata: metadata,
            tensors: weights.map { SafetensorsFileWriter.Entry($0, $1.shape, $1.values) })
    }

    /// Gives a model its weights.
    ///
    /// - Parameters:
    ///   - model: A model whose weights have the shapes of those in the file; it stays as it is where something is thrown.
    ///   - prefix: What the names in the file begin with before the names of the weights.
    /// - Throws: ``TaskModelError`` with code `.malformed` when a weight is missing, has another shape or numbers that are none.
    package func read(into model: inout some ParameterGroup, prefix: String) throws {
        var (copy, failure) = (model, Result<Void, any Error>.success(()))
        copy.visit(.zero, "") { name, weight, _ in
            guard case .success = failure else { return }
            failure = Result { weight = try self.tensor("\(prefix)\(name)", weight.shape) }
        }
        try failure.get()
        model = copy
    }

    /// A tensor of the file.
    ///
    /// - Parameter shape: The shape that it must have.
    /// - Throws: ``TaskModelError`` with code `.malformed`.
    package func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        guard let description = try self.file.tensor(named: name), description.type == .f32,
            Array(description.dimensions.reversed()) == shape
        else {
            throw TaskModelError(
                .malformed, "\(self.file.path): there is no tensor '\(name)' of \(shape) floats, which the model needs."
            )
        }
        try self.file.checkIntact()
        let bytes = self.file.bytes(of: description)
        let values = (0..<shape.reduce(1, *)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        guard values.allSatisfy({ abs($0) <= Self.largest }) else {
            throw TaskModelError(
                .malformed, "\(self.file.path): tensor '\(name)' has numbers that are none, or beyond \(Self.largest).")
        }
        return Tensor(shape, values)
    }
}
