// SPDX-License-Identifier: Apache-2.0

/// Colours and weights, where stdout is a terminal and `NO_COLOR` (no-color.org) is not set.
struct TextStyle: Sendable {
    private let isOn: Bool

    init() { self.isOn = Console.outputIsTerminal && Settings.allowsColors }

    /// Text that stands out.
    func strong(_ text: String) -> String { self.isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// Text that keeps back.
    func faint(_ text: String) -> String { self.isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
