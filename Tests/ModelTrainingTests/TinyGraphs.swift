// SPDX-License-Identifier: Apache-2.0

import ModelTraining
import TaskModels

/// Training on sample graphs that takes a second or two.
enum TinyGraphs {
    /// Settings of a small model.
    static func settings(_ channel: GraphModelSettings.Channel = .graph) -> GraphTrainingSettings {
        var settings = GraphTrainingSettings()
        (settings.model.encoder.width, settings.model.encoder.heads, settings.model.encoder.feedForward) = (32, 2, 64)
        (settings.model.encoder.layers, settings.model.graphLayers, settings.model.decoderLayers) = (1, 1, 2)
        (settings.vocabularySize, settings.batch, settings.epochs) = (160, 16, 3)
        (settings.rate, settings.dropout) = (8e-3, 0)
        settings.model = settings.model.matching(channel)
        return settings
    }

    /// A trainer that has read its data.
    static func trainer(_ settings: GraphTrainingSettings = settings(), graphs: Int = 100) throws -> GraphTrainer {
        try GraphTrainer(
            settings, training: SampleGraphs.texts(graphs, seed: 1), development: SampleGraphs.texts(20, seed: 2))
    }

    /// A model that has learnt to write.
    static let trained: Result<GraphLanguageModel, any Error> = Result {
        var settings = Self.settings()
        settings.epochs = 12
        var trainer = try Self.trainer(settings, graphs: 300)
        while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
        return trainer.best
    }
}
