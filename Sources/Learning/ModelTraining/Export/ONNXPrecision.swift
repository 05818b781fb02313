// SPDX-License-Identifier: Apache-2.0

/// How the dense layers of an exported model are computed.
package enum ONNXPrecision: Sendable {
    /// In floats.
    case float
    /// In 8 bits: weights with a scale for each output, inputs with one that is found while they are computed.
    case dynamicInt8
    /// In 8 bits: weights with a scale for each output, inputs with one for the range, by the layers' names, that calibration has seen.
    case calibratedInt8([String: ClosedRange<Float>])
}
