// SPDX-License-Identifier: Apache-2.0

public import MultimodalInputs

extension InputHandlerKind {
    /// Every kind of handler that there is.
    public static let all: [InputHandlerKind] = [TextHandler.kind, ImageHandler.kind, AudioHandler.kind]
}
