// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Reads the tensor table of a GGUF file and checks that every tensor lies inside the file and none overlap.
struct GGUFTensorTable {
    /// The longest tensor name the format allows, in bytes.
    private static let maximumNameLength = 64
    /// The largest number of dimensions the format allows.
    private static let maximumDimensions = 4

    private(set) var tensors: [TensorDescription] = []
    private(set) var places: [String: Int] = [:]
    private let alignment: Int
    private let source: String

    /// An empty table.
    init(alignment: Int, source: String) {
        self.alignment = alignment
        self.source = source
    }

    /// Reads all entries; afterwards the reader stands at the table's end.
    mutating func read(count: Int, from reader: inout GGUFReader) throws {
        self.tensors.reserveCapacity(count)
        self.places.reserveCapacity(count)
        for index in 0..<count {
            let tensor = try self.readEntry(index, from: &reader)
            guard self.places.updateValue(index, forKey: tensor.name) == nil else {
                throw reader.failure(.malformed, "the tensor '\(tensor.name)' occurs twice")
            }
            self.tensors.append(tensor)
        }
        guard count > 0 else { return }
        try self.place(after: reader.offset, fileSize: reader.storage.bytes.count)
    }

    /// Reads one entry, whose offset still counts from the start of the data.
    private func readEntry(_ index: Int, from reader: inout GGUFReader) throws -> TensorDescription {
        let name = try reader.readName("the name of tensor \(index)", maximumLength: Self.maximumNameLength)
        let rank = try reader.read("tensor '\(name)'", as: UInt32.self)
        guard rank <= Self.maximumDimensions else {
            throw reader.failure(.malformed, "tensor '\(name)' has \(rank) dimensions; at most 4 are possible")
        }
        var dimensions = [Int]()
        for _ in 0..<rank {
            let dimension = try reader.read("the dimensions of tensor '\(name)'", as: UInt64.self)
            guard let dimension = Int(exactly: dimension), dimension > 0 else {
                throw reader.failure(.malformed, "tensor '\(name)' has the impossible dimension \(dimension)")
            }
            dimensions.append(dimension)
        }
        let number = try reader.read("the type of tensor '\(name)'", as: UInt32.self)
        guard let type = TensorType(rawValue: number) else {
            throw reader.failure(.malformed, "tensor '\(name)' has the unknown type \(Int32(bitPattern: number))")
        }
        let offset = try reader.read("the offset of tensor '\(name)'", as: UInt64.self)
        let byteCount = try self.byteCount(name, dimensions, type, reader)
        guard let offset = Int(exactly: offset), offset % self.alignment == 0 else {
            throw reader.failure(
                .malformed, "tensor '\(name)' starts at \(offset), which is not a multiple of \(self.alignment)")
        }
        return TensorDescription(name: name, dimensions: dimensions, type: type, offset: offset, byteCount: byteCount)
    }

    /// How many bytes a tensor takes.
    private func byteCount(
        _ name: String, _ dimensions: [Int], _ type: TensorType, _ reader: GGUFReader
    ) throws -> Int {
        let row = dimensions.first ?? 1
        guard row % type.elementsPerBlock == 0 else {
            throw reader.failure(
                .malformed,
                "tensor '\(name)' has rows of \(row) numbers, not a multiple of \(type.name)'s \(type.elementsPerBlock)"
            )
        }
        var total = (row / type.elementsPerBlock).multipliedReportingOverflow(by: type.bytesPerBlock)
        for dimension in dimensions.dropFirst() where !total.overflow {
            total = total.partialValue.multipliedReportingOverflow(by: dimension)
        }
        // The number of elements must fit as well: block types have more elements than bytes.
        let elements = dimensions.reduce((partialValue: 1, overflow: false)) {
            $0.overflow ? $0 : $0.partialValue.multipliedReportingOverflow(by: $1)
        }
        guard !total.overflow, !elements.overflow else {
            throw reader.failure(.tooLarge, "tensor '\(name)' with dimensions \(dimensions) is larger than any machine")
        }
        return total.partialValue
    }

    /// Moves every tensor behind the table and checks it against the file's size and against its neighbours.
    private mutating func place(after tableEnd: Int, fileSize: Int) throws {
        let padded = tableEnd.addingReportingOverflow(self.alignment - 1)
        let start = padded.partialValue / self.alignment * self.alignment
        for index in self.tensors.indices {
            let tensor = self.tensors[index]
            let offset = start.addingReportingOverflow(tensor.offset)
            let end = offset.partialValue.addingReportingOverflow(tensor.byteCount)
            guard !padded.overflow, !offset.overflow, !end.overflow, end.partialValue <= fileSize else {
                throw ModelFileError(
                    .truncated,
                    """
                    \(self.source): tensor '\(tensor.name)' needs \(tensor.byteCount) bytes at \(tensor.offset) after \
                    byte \(start), but the file has only \(fileSize) bytes; the download may be incomplete, fetch it again.
                    """)
            }
            self.tensors[index] = TensorDescription(
                name: tensor.name, dimensions: tensor.dimensions, type: tensor.type, offset: offset.partialValue,
                byteCount: tensor.byteCount)
        }
        try self.checkOverlap()
    }

    /// Refuses tensors that share bytes.
    private func checkOverlap() throws {
        let sorted = self.tensors.sorted { $0.offset < $1.offset }
        for (first, second) in zip(sorted, sorted.dropFirst()) where first.offset + first.byteCount > second.offset {
            throw ModelFileError(
                .malformed,
                "\(self.source): the tensors '\(first.name)' and '\(second.name)' overlap at byte \(second.offset).")
        }
    }
}
