// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of what is stored.
public enum StorageDomain: ErrorDomain {
    /// The family's name.
    public static let name = "storage"
}

/// An error of what is stored.
public typealias StorageError = DomainError<StorageDomain>
