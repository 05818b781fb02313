// SPDX-License-Identifier: Apache-2.0

/// Where sums of usage outlive the program.
public protocol UsageStore: Sendable {
    /// Everything that was added so far, by whatever program.
    ///
    /// - Throws: An error of the storage.
    func sums() async throws -> UsageSums

    /// Adds to what is there: all of it or nothing.
    ///
    /// - Throws: An error of the storage.
    func add(_ sums: UsageSums) async throws
}
