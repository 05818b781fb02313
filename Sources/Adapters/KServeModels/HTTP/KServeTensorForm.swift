// SPDX-License-Identifier: Apache-2.0

/// How tensors travel over HTTP.
public enum KServeTensorForm: Sendable, Hashable {
    /// As bytes behind the JSON, by the extension `binary_tensor_data`, which Triton has.
    case binary
    /// As JSON, which every server of the protocol takes; half precision cannot be written so.
    case json
}
