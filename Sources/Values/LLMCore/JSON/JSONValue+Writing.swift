// SPDX-License-Identifier: Apache-2.0

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { self.serialized() }

    /// Writes the value as JSON text.
    ///
    /// Not-a-number and infinities, which JSON lacks, are written as `null`.
    /// - Parameter indentation: Spaces a level for readable text over several lines, or nil for compact text.
    /// - Returns: RFC 8259 text; only what must be escaped is escaped.
    public func serialized(indentation: Int? = nil) -> String {
        var writer = JSONWriter(indentation: indentation)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
