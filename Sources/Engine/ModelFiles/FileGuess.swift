// SPDX-License-Identifier: Apache-2.0

/// Recognises what a file that is no model probably is, for messages.
enum FileGuess {
    /// What the file probably is, and what to do about it.
    ///
    /// - Parameters:
    ///   - front: The first bytes; 512 are enough.
    ///   - wanted: The format that was expected, `GGUF` or `safetensors`.
    /// - Returns: A phrase that follows "it looks like", or nil without a guess.
    static func name(_ front: [UInt8], wanted: String) -> String? {
        let text = String(decoding: front, as: UTF8.self).lowercased()
        let trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if trimmed.hasPrefix("version https://git-lfs") {
            return "a Git LFS pointer instead of the file itself; run 'git lfs pull' or download the model directly"
        }
        if ["<!doctype", "<html", "<?xml", "<head"].contains(where: trimmed.hasPrefix) {
            return "a web page saved instead of the model; use the direct download link"
        }
        if front.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            return "a ZIP archive or PyTorch model; convert it to \(wanted)"
        }
        if front.starts(with: [0x1F, 0x8B]) { return "a gzip archive; unpack it first" }
        if trimmed.hasPrefix("{") { return "JSON, perhaps an error message saved instead of the model" }
        if ["lmgg", "tjgg", "fmgg", "algg"].contains(String(text.prefix(4))) {
            return "a model in the old GGML format; convert it to GGUF"
        }
        if text.hasPrefix("fugg") { return "a GGUF file with its bytes swapped" }
        if wanted != "GGUF", front.starts(with: Array("GGUF".utf8)) { return "a GGUF file; give its name with .gguf" }
        if wanted == "GGUF", front.count > 9, front[8] == UInt8(ascii: "{") {
            return "a safetensors file; open the folder that holds it, with its config.json"
        }
        return nil
    }
}
