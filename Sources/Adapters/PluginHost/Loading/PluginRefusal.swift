// SPDX-License-Identifier: Apache-2.0

/// What a plugin says of a call that failed.
package struct PluginRefusal: Error {
    /// Its code; nil where it gave none.
    package let code: String?
    /// Its words; nil where it gave none.
    package let message: String?
    /// The same as pipelines see it.
    package let error: PluginError
}
