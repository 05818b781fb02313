// SPDX-License-Identifier: Apache-2.0

/// A part of a namespace; experiments at different parts of one namespace share no units.
package struct NamespaceRange: Sendable, Hashable {
    /// The namespace's name.
    package var name: String
    /// Where the part begins, 0 to 1.
    package var lower: Double
    /// Where it ends; the end itself does not belong to it.
    package var upper: Double

    /// Names a part of a namespace.
    package init(name: String, lower: Double, upper: Double) {
        self.name = name
        self.lower = lower
        self.upper = upper
    }

    /// Whether a unit lies in this part, as GrowthBook computes it.
    package func contains(_ unit: String) -> Bool {
        let place = BucketHash.version1(seed: "__\(self.name)", unit: unit)
        return place >= self.lower && place < self.upper
    }
}

/// Units that take part in no experiment that names the same hold-out, so that what all experiments did together can be seen.
package struct HoldOut: Sendable, Hashable {
    /// The hold-out's name.
    package var name: String
    /// The share of units that are kept out, 0 to 1.
    package var share: Double

    /// Names a hold-out.
    package init(name: String, share: Double) {
        self.name = name
        self.share = share
    }

    /// Whether a unit is kept out.
    package func contains(_ unit: String) -> Bool {
        BucketHash.version2(seed: "hold-out:\(self.name)", unit: unit) < self.share
    }
}
