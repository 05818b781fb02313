// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Error {
    /// Whether the same request may succeed a moment later.
    ///
    /// A limit of our own that refuses has its own line and its own longest wait: who wants to wait says so there.
    var isTransient: Bool { self.isBackendsTrouble && !self.isOwnRefusal }

    /// Whether the backend is to blame, not the request and not a limit of our own.
    var isFaultOfBackend: Bool { self.isTransient || (self as? LLMError)?.code == .unauthorized }

    /// Whether another place where the model runs may answer.
    var isWorthAnotherReplica: Bool { self.isFaultOfBackend || self.isOwnRefusal }

    /// Whether a limit of our own refused, and the backend was not asked.
    var isOwnRefusal: Bool { (self as? LLMError)?.isOwnRefusal ?? false }

    /// How long whoever refused asked to be left alone.
    var retryAfter: Duration? { (self as? LLMError)?.retryAfter }

    private var isBackendsTrouble: Bool {
        guard let error = self as? LLMError else { return false }
        return [.overloaded, .rateLimited, .unavailable, .deadlineExceeded, .backendFailed, .truncatedStream]
            .contains(error.code)
    }
}
