// SPDX-License-Identifier: Apache-2.0

internal import KServeModels
internal import LLMCore
internal import PromptTemplates
internal import SourceDocuments

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension FieldReader {
    /// Reads which tensors of a model behind KServe are its text, and how a conversation becomes one.
    mutating func signature(_ node: SourceNode) -> KServeTextSignature {
        let fields = self.fields(
            of: node, "'signature'",
            known: [
                "text_input", "text_output", "sampling_input", "stream_input", "embedding_output", "conversation",
            ])
        var signature = KServeTextSignature()
        signature.textInput = self.text(fields["text_input"])
        signature.textOutput = self.text(fields["text_output"])
        signature.samplingInput = self.text(fields["sampling_input"]) ?? signature.samplingInput
        signature.streamInput = self.text(fields["stream_input"]) ?? signature.streamInput
        signature.embeddingOutput = self.text(fields["embedding_output"])
        if let node = fields["conversation"], let template = self.chatTemplate(node) {
            signature.writeConversations(by: template)
        }
        return signature
    }

    /// `chatml`, or `{template: FILE}` with a chat template as models carry it.
    private mutating func chatTemplate(_ node: SourceNode) -> ChatTemplate? {
        do {
            guard node.members != nil else {
                guard let name = self.text(node) else { return nil }
                guard name == "chatml" else {
                    self.note(
                        node.place, "There is no form of conversations '\(name)'.",
                        "Write 'chatml', or 'conversation: {template: FILE}' with a chat template.")
                    return nil
                }
                return try ChatTemplate(source: KServeTextSignature.chatML, bosToken: "", eosToken: "")
            }
            let fields = self.fields(
                of: node, "'conversation'", known: ["template", "beginning_of_text", "end_of_text"])
            guard let path = self.text(fields["template"]) else {
                if fields["template"] == nil { self.note(node.place, "'conversation' lacks 'template'.") }
                return nil
            }
            guard let source = try? String(contentsOfFile: path, encoding: .utf8) else {
                self.note(node.place, "Cannot read the chat template '\(path)'.")
                return nil
            }
            return try ChatTemplate(
                source: source, bosToken: self.text(fields["beginning_of_text"]) ?? "",
                eosToken: self.text(fields["end_of_text"]) ?? "")
        } catch {
            self.note(node.place, "The chat template cannot be used: \(error)")
            return nil
        }
    }
}
