// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import HTTPTypes

/// The key that uploads show.
enum UploadKey {
    /// Checks what a request shows; hashes are compared, so that the time it takes tells nothing of the key.
    ///
    /// - Parameters:
    ///   - authorization: The header of the name.
    ///   - key: The key; nil asks for none.
    static func check(_ authorization: String?, _ key: String?) throws {
        guard let key else { return }
        guard let authorization, KeyHash(of: authorization) == KeyHash(of: "Bearer \(key)") else {
            throw UploadRefusal(.unauthorized, "The key is missing or wrong: send Authorization: Bearer KEY.")
        }
    }
}
