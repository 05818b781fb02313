// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Error {
    /// Whether the same request may succeed a moment later.
    var isTransient: Bool {
        guard let error = self as? LLMError else { return false }
        return [.overloaded, .rateLimited, .unavailable, .deadlineExceeded, .backendFailed, .truncatedStream]
            .contains(error.code)
    }

    /// Whether the backend is to blame, not the request.
    var isFaultOfBackend: Bool { self.isTransient || (self as? LLMError)?.code == .unauthorized }

    /// How long whoever refused asked to be left alone.
    var retryAfter: Duration? { (self as? LLMError)?.retryAfter }
}
