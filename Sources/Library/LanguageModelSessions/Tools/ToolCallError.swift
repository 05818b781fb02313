// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import protocol FoundationEssentials.LocalizedError
#else
public import protocol Foundation.LocalizedError
#endif

extension LanguageModelSession {
    /// A tool failed; the session is as it was before the request.
    public struct ToolCallError: Error, LocalizedError {
        /// The tool.
        public var tool: any Tool
        /// What went wrong in it.
        public var underlyingError: any Error

        /// Wraps what went wrong in a tool.
        public init(tool: any Tool, underlyingError: any Error) {
            self.tool = tool
            self.underlyingError = underlyingError
        }

        /// Which tool failed, and how.
        public var errorDescription: String? { "The tool '\(self.tool.name)' failed: \(self.underlyingError)" }
    }
}

extension LanguageModelSession.ToolCallError: CustomStringConvertible {
    /// Which tool failed, and how.
    public var description: String { self.errorDescription ?? "" }
}
