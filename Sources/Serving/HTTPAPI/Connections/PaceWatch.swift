// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Looks at a client's pace from time to time, on the event loop of its connection.
final class PaceWatch {
    var pace: ClientPace
    /// Whether bytes of the client would be taken.
    var isReading = false
    private let interval: Duration
    private var looks: RepeatedTask?

    init(_ limits: ServerLimits) {
        self.pace = ClientPace(limits.patience, idleTime: limits.idleTime)
        self.interval = ClientPace.interval(limits.patience)
    }

    /// Looks until it is stopped.
    ///
    /// - Parameter refuse: Answers a client that is too slow, where it is owed an answer; the connection is closed after it.
    func start(_ context: ChannelHandlerContext, refuse: @escaping (String, ChannelHandlerContext) -> Void) {
        let bound = NIOLoopBound((self, context, refuse), eventLoop: context.eventLoop)
        let pause = TimeAmount(self.interval)
        self.looks = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            let (watch, context, refuse) = bound.value
            let isWritable = context.channel.isWritable
            guard let fault = watch.pace.look(isReading: watch.isReading, isWritable: isWritable) else { return }
            if let message = fault.message, watch.pace.owesAnswer { refuse(message, context) }
            context.close(promise: nil)
        }
    }

    func stop() { self.looks?.cancel() }
}

extension ClientPace.Fault {
    /// What the client is told; nil where it would not read it, or has asked for nothing.
    fileprivate var message: String? {
        switch self {
        case .head: "The head of the request did not come in time."
        case .body: "The body of the request came too slowly."
        case .reading, .idle: nil
        }
    }
}
