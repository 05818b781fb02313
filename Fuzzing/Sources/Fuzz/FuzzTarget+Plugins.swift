// SPDX-License-Identifier: Apache-2.0
@testable internal import PluginHost

extension FuzzTarget {
    /// A call and a reply.
    static var frameSeeds: [[UInt8]] {
        [
            PluginFrame.call(7, "count", Array(#"{"text": "a"}"#.utf8)),
            PluginFrame.reply(7, PluginReply(status: 0, bytes: Array("{}".utf8))),
        ]
    }

    /// Reads what plugins say of themselves, and what their processes send.
    func runPlugins(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .manifest:
            var reader = PluginManifestReader(file: "plugin.yaml")
            return (try? reader.read(String(decoding: bytes, as: UTF8.self))) != nil
        case .policy:
            return (try? PluginPolicy(yaml: String(decoding: bytes, as: UTF8.self), file: "policy.yaml")) != nil
        default:
            guard let (body, needed) = bytes[...].frame(), needed <= PluginFrame.maximumBytes, let body else {
                return false
            }
            let call = PluginFrame.call(in: body)
            if let call {
                let again = PluginFrame.call(call.number, call.step, call.input)
                precondition(again.dropFirst(4).elementsEqual(body), "a call is not what was read")
            }
            return call != nil || PluginFrame.reply(in: body) != nil
        }
    }
}
