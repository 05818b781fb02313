// SPDX-License-Identifier: Apache-2.0

package import MultimodalInputs

extension InputHandlerKind {
    /// Every kind of handler that there is.
    package static let all: [InputHandlerKind] = [TextHandler.kind, ImageHandler.kind, AudioHandler.kind]
}
