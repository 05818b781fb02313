// SPDX-License-Identifier: Apache-2.0

package import PromptTemplates

extension KServeTextSignature {
    /// Conversations as ChatML has them, which many models were trained on.
    package static let chatML = """
        {% for message in messages %}<|im_start|>{{ message['role'] }}
        {{ message['content'] }}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """

    /// Writes conversations by a chat template.
    package mutating func writeConversations(by template: ChatTemplate) {
        self.conversationFormat = { try template.render($0) }
    }
}
