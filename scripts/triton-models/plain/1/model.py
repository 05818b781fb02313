# SPDX-License-Identifier: Apache-2.0
"""Answers with the question in capitals."""
import numpy
import triton_python_backend_utils as triton


class TritonPythonModel:
    def execute(self, requests):
        return [self.answer(request) for request in requests]

    @staticmethod
    def answer(request):
        questions = triton.get_input_tensor_by_name(request, "question").as_numpy()
        answers = numpy.vectorize(lambda text: text.decode().upper().encode(), otypes=[object])(questions)
        return triton.InferenceResponse([triton.Tensor("answer", answers)])
