// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Double {
    /// The natural logarithm.
    var logarithm: Double { log(self) }
    /// e to the power of the number.
    var exponential: Double { exp(self) }
}
