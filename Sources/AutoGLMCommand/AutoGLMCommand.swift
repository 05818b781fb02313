// SPDX-License-Identifier: Apache-2.0
@main struct AutoGLMCommand { static func main() {} }
