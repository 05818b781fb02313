// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The forms of names in a catalogue.
public enum CatalogName {
    /// The alias that answers for a model in production; it moves by approval unless that is changed.
    public static let champion = "champion"
    /// The alias that is compared with the champion.
    public static let challenger = "challenger"

    private static let maximumPersonBytes = 200
    private static let maximumNoteBytes = 4000

    /// Refuses what cannot be a model's name: letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
    ///
    /// - Throws: ``CatalogError`` with code `.invalidValue`.
    public static func check(model name: String) throws {
        guard Self.isName(name, maximum: 128), UUIDText.isUUID(name) == false else {
            throw CatalogError(
                .invalidValue,
                "'\(Self.shown(name))' cannot be a model's name: up to 128 letters, digits, '.', '_' and '-', beginning with a "
                    + "letter or digit.")
        }
    }

    /// Refuses what cannot be an alias: the same as a name, but not a number, which would look like a version.
    ///
    /// - Throws: ``CatalogError`` with code `.invalidValue`.
    public static func check(alias name: String) throws {
        guard Self.isName(name, maximum: 64), !name.allSatisfy(\.isNumber) else {
            throw CatalogError(
                .invalidValue,
                "'\(Self.shown(name))' cannot be an alias: up to 64 letters, digits, '.', '_' and '-', and no number.")
        }
    }

    /// Refuses a person without a name, and texts that are too long or not printable.
    static func check(person: String, note: String) throws {
        guard !person.isEmpty, person.utf8.count <= Self.maximumPersonBytes, Self.isPrintable(person) else {
            throw CatalogError(.invalidValue, "Say who does it: a name of up to 200 bytes.")
        }
        guard note.utf8.count <= Self.maximumNoteBytes, Self.isPrintable(note) else {
            throw CatalogError(.invalidValue, "A reason may have up to 4000 bytes, and no control characters.")
        }
    }

    private static func isName(_ name: String, maximum: Int) -> Bool {
        guard 1...maximum ~= name.utf8.count, let first = name.utf8.first else { return false }
        return Self.isAlphanumeric(first)
            && name.utf8.allSatisfy { Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// A foreign text in a message: short, and printable.
    static func shown(_ text: String) -> String { String(text.prefix(80).filter { Self.isPrintable(String($0)) }) }
}
