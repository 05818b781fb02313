// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `autoglm models`: which models there are, and which of their versions are in use.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Register models' versions, promote them, go back, and see who did what when.",
        discussion: """
            Example:
              autoglm models register sentiment model/ --metric f1=0.91 --data reviews-2026 --code 3f2a9c1
              autoglm models promote sentiment:1 --to champion --reason "better on long texts"
              autoglm models approve sentiment 1 --by rui
              autoglm models history sentiment

            A version is named sentiment:3, by an alias (sentiment@champion), by its id, or, as sentiment, the latest. What was \
            registered never changes; files are kept once by their content and checked whenever they are read. An alias moves \
            at once, or, where it needs approval as 'champion' does, when others have approved; going back needs none.
            """,
        subcommands: [
            ModelsRegisterCommand.self, ModelsListCommand.self, ModelsShowCommand.self, ModelsPromoteCommand.self,
            ModelsApproveCommand.self, ModelsRollbackCommand.self, ModelsHistoryCommand.self, ModelsAliasCommand.self,
            ModelsProtectCommand.self, ModelsMeasureCommand.self, ModelsExportCommand.self, ModelsRemoveCommand.self,
            ModelsPruneCommand.self,
        ])
}
