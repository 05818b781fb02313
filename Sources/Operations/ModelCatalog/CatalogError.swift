// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of the catalogue of models.
public enum CatalogDomain: ErrorDomain {
    /// The family's name.
    public static let name = "catalog"
}

/// An error of the catalogue of models.
public typealias CatalogError = DomainError<CatalogDomain>

extension CatalogError.Code where Domain == CatalogDomain {
    /// A name, an alias, a reference or another value is not of the form that it must have.
    public static var invalidValue: Self { "invalid-value" }
    /// There is no such model, version, alias or promotion.
    public static var unknown: Self { "unknown" }
    /// The rules of promotion do not allow it.
    public static var notAllowed: Self { "not-allowed" }
    /// Something else still needs it.
    public static var inUse: Self { "in-use" }
    /// Others changed the same model at the same time.
    public static var conflict: Self { "conflict" }
    /// A path leads out of its folder, through a link, or to what is no file.
    public static var refusedPath: Self { "refused-path" }
    /// A file cannot be read or written.
    public static var unreadableFile: Self { "unreadable-file" }
    /// A kept file is missing, or is not what its hash says.
    public static var damaged: Self { "damaged" }
    /// What is stored cannot be understood.
    public static var unreadable: Self { "unreadable" }
}
