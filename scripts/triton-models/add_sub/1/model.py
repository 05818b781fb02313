# SPDX-License-Identifier: Apache-2.0
"""Adds and subtracts two lists of numbers."""
import triton_python_backend_utils as triton


class TritonPythonModel:
    def execute(self, requests):
        return [self.answer(request) for request in requests]

    @staticmethod
    def answer(request):
        first = triton.get_input_tensor_by_name(request, "INPUT0").as_numpy()
        second = triton.get_input_tensor_by_name(request, "INPUT1").as_numpy()
        return triton.InferenceResponse(
            [triton.Tensor("OUTPUT0", first + second), triton.Tensor("OUTPUT1", first - second)])
