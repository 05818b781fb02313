// SPDX-License-Identifier: Apache-2.0

package import Hummingbird

/// Routes that the server has besides its own, such as those of another protocol.
package protocol HTTPRoutes: Sendable {
    /// Those of them that can answer some requests at once.
    var immediate: [any ImmediateRoute] { get }

    /// Adds them.
    func add(to router: Router<BasicRequestContext>)
}

extension HTTPRoutes {
    /// None.
    package var immediate: [any ImmediateRoute] { [] }
}
