// SPDX-License-Identifier: Apache-2.0

package import CTensorKernels

/// The kernels chosen for this processor.
///
/// `@unchecked Sendable`: points to a constant table in the program that nobody writes.
package struct Kernels: @unchecked Sendable {  // Points to a constant table of the program.
    /// The table of C functions.
    package let table: UnsafePointer<ctk_kernels_table>

    /// The fastest kernels that run here, or those that the environment variable `CTK_ISA` asks for.
    package static let best = Self(table: ctk_kernels())

    /// All kernels that run here, the plain ones first.
    package static let available: [Self] = {
        var tables = [UnsafePointer<ctk_kernels_table>?](repeating: nil, count: 8)
        let count = ctk_available_kernels(&tables, tables.count)
        return tables.prefix(count).compactMap { $0.map(Self.init(table:)) }
    }()

    /// The instruction set they are written for, such as `avx512vnni`.
    package var name: String { String(cString: self.table.pointee.name) }
}
