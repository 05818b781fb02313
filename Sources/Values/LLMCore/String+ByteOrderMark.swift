// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text without the byte order mark that some editors write before it.
    package var withoutByteOrderMark: String {
        self.unicodeScalars.first == "\u{FEFF}" ? String(self.unicodeScalars.dropFirst()) : self
    }
}
