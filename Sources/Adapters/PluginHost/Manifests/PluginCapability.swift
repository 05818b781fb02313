// SPDX-License-Identifier: Apache-2.0

/// Something outside of itself that a plugin asks for; the policy grants it, and a process of the plugin's own has nothing else.
public enum PluginCapability: String, Sendable, CaseIterable, Comparable {
    /// Sockets.
    case network
    /// Files besides the system's libraries, to read and to write.
    case files
    /// The environment variables of the program.
    case environment
    /// Starting other programs.
    case processes

    /// By name.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
