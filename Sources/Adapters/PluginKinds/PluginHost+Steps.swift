// SPDX-License-Identifier: Apache-2.0

public import Pipelines
public import PluginHost
public import ResultParsing
public import TaskRouting

extension PluginHost: StepPlugins {
    /// A plugin of kind `parser`.
    ///
    /// - Throws: ``PluginError`` with the nearest name, or with the kind that is wanted.
    public func parser(named name: String) throws -> any ResultParser { try PluginParser(name, host: self) }

    /// A plugin of kind `router`.
    ///
    /// - Throws: ``PluginError`` with the nearest name, or with the kind that is wanted.
    public func router(named name: String) throws -> any TargetRouter { try PluginRouter(name, host: self) }
}
