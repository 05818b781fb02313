# SPDX-License-Identifier: Apache-2.0
"""Answers with the words of the prompt, as Triton's vLLM backend would send them."""
import json

import numpy
import triton_python_backend_utils as triton


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            try:
                self.answer(request, sender)
            except ValueError as error:
                sender.send(triton.InferenceResponse(error=triton.TritonError(str(error))))
            sender.send(flags=triton.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def answer(self, request, sender):
        text = self.value(request, "text_input", b"").decode()
        options = json.loads(self.value(request, "sampling_parameters", b"{}"))
        words = text.split(" ")
        if text.startswith("fail"):
            raise ValueError("the model was asked to fail")
        kept = words[: int(options.get("max_tokens", len(words)))]
        pieces = [word if i == 0 else " " + word for i, word in enumerate(kept)]
        if not self.value(request, "stream", False):
            pieces = ["".join(pieces)]
        if not self.value(request, "exclude_input_in_output", False):
            pieces[0] = text + pieces[0]
        for index, piece in enumerate(pieces):
            if text.endswith("break") and index == 1:
                raise ValueError("the model broke in the middle")
            is_last = index == len(pieces) - 1
            reason = ("length" if len(kept) < len(words) else "stop") if is_last else ""
            generated = len(kept) if len(pieces) == 1 else 1
            sender.send(triton.InferenceResponse([
                triton.Tensor("text_output", numpy.array([piece.encode()], dtype=object)),
                triton.Tensor("finish_reason", numpy.array([reason.encode()], dtype=object)),
                triton.Tensor("num_input_tokens", numpy.array([len(words)], dtype=numpy.uint32)),
                triton.Tensor("num_output_tokens", numpy.array([generated], dtype=numpy.uint32)),
            ]))

    @staticmethod
    def value(request, name, default):
        tensor = triton.get_input_tensor_by_name(request, name)
        return default if tensor is None else tensor.as_numpy().reshape(-1)[0]
