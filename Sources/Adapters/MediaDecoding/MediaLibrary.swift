// SPDX-License-Identifier: Apache-2.0

internal import CMediaLibraries
internal import LLMCore
internal import MultimodalInputs

/// A library of media, loaded when it is first needed.
package enum MediaLibrary {
    static let jpeg = Table { file, reason in cml_load_jpeg(file, reason) }
        .loaded(["libturbojpeg.so.0", "libturbojpeg.so"], "JPEG pictures", "libturbojpeg0")
    static let png = Table { file, reason in cml_load_png(file, reason) }
        .loaded(["libpng16.so.16", "libpng16.so"], "PNG pictures", "libpng16-16")
    static let sndfile = Table { file, reason in cml_load_sndfile(file, reason) }
        .loaded(["libsndfile.so.1", "libsndfile.so"], "WAV and FLAC recordings", "libsndfile1")
    /// PocketSphinx.
    package static let speech = Table { file, reason in cml_load_sphinx(file, reason) }
        .loaded(
            ["libpocketsphinx.so.3", "libpocketsphinx.so"], "Words in recordings",
            "libpocketsphinx3 pocketsphinx-en-us")

    /// What loads a table of functions from a file.
    struct Table {
        let load: (String, UnsafeMutablePointer<cml_reason>) -> OpaquePointer?

        /// The table, or why there is none.
        func loaded(_ files: [String], _ media: String, _ package: String) -> Result<Functions, any Error> {
            var reason = cml_reason()
            for file in files {
                if let pointer = self.load(file, &reason) { return .success(Functions(pointer: pointer)) }
            }
            return .failure(
                MultimodalError(
                    .notInstalled,
                    "\(media) need a library that cannot be loaded (\(reason.message)). On Debian: apt-get install \(package)"
                ))
        }
    }

    /// A table of functions.
    package struct Functions: @unchecked Sendable {  // The table is never changed or freed.
        package let pointer: OpaquePointer
    }
}

extension cml_reason {
    /// The text.
    var message: String {
        withUnsafeBytes(of: self.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
