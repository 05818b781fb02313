// SPDX-License-Identifier: Apache-2.0

internal import EventLoops
internal import NIOCore

/// Calls that are answered together: those that an event loop reads in one turn.
struct ImmediateTurns: Sendable {
    /// A call, and who sends its answer: at the end of the turn or soon after; nil where the call is left to the services.
    typealias Waiting = (call: ImmediateInference.Call, send: (ImmediateInference.Answer?) -> Void)

    let inference: ImmediateInference
    private let turns: EventLoopTurns<Waiting>

    init(_ inference: ImmediateInference) {
        self.inference = inference
        self.turns = EventLoopTurns { waiting, eventLoop in
            let bound = NIOLoopBound(waiting, eventLoop: eventLoop)
            inference.answer(waiting.map(\.call)) { index, answer in
                if eventLoop.inEventLoop {
                    bound.value[index].send(answer)
                } else {
                    eventLoop.execute { bound.value[index].send(answer) }
                }
            }
        }
    }

    /// The turns of an event loop, asked for on it.
    func turn(of eventLoop: any EventLoop) -> EventLoopTurn<Waiting> { self.turns.turn(of: eventLoop) }
}
