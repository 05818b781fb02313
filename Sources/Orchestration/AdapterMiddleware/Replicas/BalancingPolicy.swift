// SPDX-License-Identifier: Apache-2.0

/// Which of several replicas gets the next request.
public enum BalancingPolicy: String, Sendable, CaseIterable {
    /// In turn, each as often as its weight says, spread evenly.
    case weighted
    /// The one with the fewest requests under way for its weight.
    case leastBusy = "least-busy"
    /// The one that has lately begun to answer soonest, requests under way considered.
    case lowestLatency = "lowest-latency"
}
