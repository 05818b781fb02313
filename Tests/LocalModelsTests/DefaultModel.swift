// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels

/// The default model, opened once for all tests.
enum DefaultModel {
    private static let opened = Result { try LocalModel("smollm2") }

    /// The model.
    ///
    /// - Throws: An error that says to run `make setup` where its file is missing.
    static func get() throws -> LocalModel { try self.opened.get() }

    /// A copy of its file in which some bytes are replaced by as many others.
    static func patchedCopy(in folder: TemporaryFolder, _ name: String, _ old: String, by new: String) throws -> String
    {
        var data = try Data(contentsOf: URL(fileURLWithPath: ModelLocator().path(of: "smollm2")))
        guard let range = data.range(of: Data(old.utf8)), old.utf8.count == new.utf8.count else {
            throw LLMError(.invalidRequest, "The default model's file does not contain '\(old)'.")
        }
        data.replaceSubrange(range, with: Data(new.utf8))
        let path = "\(folder.path)/\(name)"
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }
}
