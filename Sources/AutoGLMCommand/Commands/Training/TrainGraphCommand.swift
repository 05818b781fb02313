// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm train graph-lm`: a language model that writes from graphs.
struct TrainGraphCommand: WatchedTraining {
    static let configuration = CommandConfiguration(
        commandName: "graph-lm",
        abstract: "Train a language model that writes texts from semantic graphs.",
        discussion: """
            Example:
              autoglm train graph-lm --data graphs --out writer
              autoglm generate --model writer --graph triples.json

            The data folder has train.jsonl and dev.jsonl (or val.jsonl). A line is a graph with texts that say what is in it,
              {"triples": [["Greece", "leaderName", "Nikos Voutsis"]], "texts": ["The leader of Greece is Nikos Voutsis."]}
            perhaps with what was said before ("context": […]) and further entities ("entities": […]); or a conversation whose turns have \
            triples; or a document with entities and relations. Each epoch reads every graph with one of its texts; after it \
            the model is judged by dev.jsonl, and the one that is surprised least is kept.

            --channel none and linearised train the same model without the graph, with as many weights: it reads the entities' names \
            alone, or the triples as text.

            The output folder gets the model (config.json, vocabulary.json, names.json, model.safetensors), report.json, \
            learning-curve.svg, and checkpoint.safetensors, from which the same command goes on after Ctrl-C or a kill.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions
    @OptionGroup(title: "Several processes") var parallel: ParallelOptions
    @OptionGroup(title: "Catalogue") var registration: RegistrationOptions

    @Option(help: "The folder with train.jsonl and dev.jsonl.")
    var data: String

    @Option(help: "The folder for the model; it is made where it is missing.")
    var out: String

    @Option(help: "How the model gets to know the triples.")
    var channel = Choice(GraphModelSettings.Channel.graph)

    @Flag(inversion: .prefixedNo, help: "Copy names from the nodes of the graph.")
    var copy = true

    @Option(help: "How often every graph is read at most.")
    var epochs = GraphTrainingSettings().epochs

    @Option(help: "How many epochs without a better one are waited for.")
    var patience = GraphTrainingSettings().patience

    @Option(help: "How many graphs a step reads.")
    var batch = GraphTrainingSettings().batch

    @Option(help: "The highest learning rate.")
    var rate = GraphTrainingSettings().rate

    @Option(help: "The share of numbers that are dropped in training.")
    var dropout = GraphTrainingSettings().dropout

    @Option(help: "How many layers the text's encoder has.")
    var layers = GraphModelSettings().encoder.layers

    @Option(help: "How many layers pass messages along the edges.")
    var graphLayers = GraphModelSettings().graphLayers

    @Option(help: "How many layers the decoder has.")
    var decoderLayers = GraphModelSettings().decoderLayers

    @Option(help: "How many numbers a row has (d_model).")
    var width = GraphModelSettings().encoder.width

    @Option(help: "How many heads attention has.")
    var heads = GraphModelSettings().encoder.heads

    @Option(help: "How many hidden numbers the feed-forward networks have.")
    var feedForward = GraphModelSettings().encoder.feedForward

    @Option(help: "The most subwords.")
    var vocabularySize = GraphTrainingSettings().vocabularySize

    @Option(help: "What everything random depends on.")
    var seed = GraphTrainingSettings().seed

    @Flag(help: "Begin anew, whatever checkpoint there is.")
    var restart = false

    var title: String { "Texts from graphs, channel \(self.channel.value.rawValue), seed \(self.seed)" }

    func trainer(_ files: TrainingFolder, _ parallel: DataParallel, _ speaker: LeadingSpeaker) throws -> GraphTrainer {
        try GraphTrainer(
            self.settings, training: GraphTextFile.texts(path: files.training),
            development: GraphTextFile.texts(path: files.development), parallel: parallel)
    }

    func introduction(_ trainer: GraphTrainer) -> String {
        let counts = trainer.exampleCounts
        return "\(counts.training) graphs to learn from, \(counts.development) to judge by, "
            + "\(trainer.best.vocabulary.pieces.count) subwords, \(trainer.parameters) weights."
    }

    func summary(_ epoch: TrainingHistory.Epoch) -> String {
        "with a loss of \(epoch.developmentLoss.rounded(toPlaces: 4)) nats a piece on the development part"
    }

    private var settings: GraphTrainingSettings {
        var settings = GraphTrainingSettings()
        (settings.epochs, settings.patience, settings.batch) = (self.epochs, self.patience, self.batch)
        (settings.rate, settings.dropout) = (self.rate, self.dropout)
        (settings.vocabularySize, settings.seed) = (self.vocabularySize, self.seed)
        (settings.model.encoder.layers, settings.model.encoder.width) = (self.layers, self.width)
        (settings.model.encoder.heads, settings.model.encoder.feedForward) = (self.heads, self.feedForward)
        (settings.model.graphLayers, settings.model.decoderLayers) = (self.graphLayers, self.decoderLayers)
        settings.model.copies = self.copy
        settings.model = settings.model.matching(self.channel.value)
        return settings
    }
}
