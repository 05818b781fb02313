// SPDX-License-Identifier: Apache-2.0

package import Hummingbird

/// Routes that the server has besides its own, such as those of another protocol.
package protocol HTTPRoutes: Sendable {
    /// Adds them.
    func add(to router: Router<BasicRequestContext>)
}
