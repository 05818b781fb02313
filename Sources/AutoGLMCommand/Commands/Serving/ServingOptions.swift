// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ServerTLS
internal import ServingCore

/// Where `autoglm serve` gets the models of its repository from, and on which ports it answers for them.
///
/// What the command line leaves out is taken from the part `server` of the configuration file.
struct ServingOptions: ParsableArguments {
    @Option(help: "A folder of models to serve by KServe v2: NAME/config.pbtxt and NAME/VERSION/. May be repeated.")
    var modelRepository: [String] = []

    @Option(
        help:
            "When its models are loaded: none (all at the start), explicit (when a client says so) or poll (also when files change)."
    )
    var modelControlMode: String?

    @Option(help: "With --model-control-mode explicit: a model to load at the start; '*' for all. May be repeated.")
    var loadModel: [String] = []

    @Option(parsing: .unconditional, help: "With --model-control-mode poll: how often to look at files, in seconds.")
    var repositoryPollSecs: Int?

    @Option(parsing: .unconditional, help: "The port for gRPC (default with a repository: 8001); 0 takes a free one.")
    var grpcPort: Int?

    @Option(
        parsing: .unconditional, help: "The port for metrics (default with a repository: 8002); 0 takes a free one.")
    var metricsPort: Int?

    @Option(help: "Encrypt all ports with the certificate in this file (PEM); HTTP/2 is spoken, too. Needs --tls-key.")
    var tlsCertificate: String?

    @Option(help: "With --tls-certificate: the file of its key (PEM, no passphrase).")
    var tlsKey: String?

    func validate() throws {
        guard (self.tlsCertificate == nil) == (self.tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together; give both.")
        }
        for (name, port) in [("grpc", self.grpcPort), ("metrics", self.metricsPort)] {
            guard 0...65535 ~= port ?? 0 else {
                throw ValidationError("--\(name)-port is \(port ?? 0); it must be 0 to 65535.")
            }
        }
        guard 1...86_400 ~= self.repositoryPollSecs ?? 1 else {
            throw ValidationError("--repository-poll-secs is \(self.repositoryPollSecs ?? 0); it must be 1 to 86400.")
        }
        if let mode = self.modelControlMode, ModelControl(rawValue: mode) == nil {
            let known = ModelControl.allCases.map(\.rawValue)
            throw ValidationError(
                "There is no --model-control-mode '\(mode)'. \(NearestName.hint(for: mode, in: known))")
        }
    }

    /// The settings of the file, with what the command line says instead.
    func applied(to settings: ServerSettings) -> ServerSettings {
        var settings = settings
        if !self.modelRepository.isEmpty { settings.repository.folders = self.modelRepository }
        if let control = self.modelControlMode.flatMap(ModelControl.init(rawValue:)) {
            settings.repository.control = control
        }
        if !self.loadModel.isEmpty { settings.repository.loadedAtStart = self.loadModel }
        if let seconds = self.repositoryPollSecs { settings.repository.pollInterval = .seconds(seconds) }
        if let tlsCertificate, let tlsKey {
            var tls = settings.tls ?? TLSSettings(certificate: tlsCertificate, key: tlsKey)
            (tls.certificate, tls.key) = (tlsCertificate, tlsKey)
            settings.tls = tls
        }
        settings.grpcPort = self.grpcPort ?? settings.grpcPort
        settings.metricsPort = self.metricsPort ?? settings.metricsPort
        if !settings.repository.folders.isEmpty {
            settings.grpcPort = settings.grpcPort ?? 8001
            settings.metricsPort = settings.metricsPort ?? 8002
        }
        return settings
    }
}
