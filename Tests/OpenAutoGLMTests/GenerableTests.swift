// SPDX-License-Identifier: Apache-2.0

import OpenAutoGLM
import Testing

@Suite("@Generable makes types that write, describe and read themselves")
struct GenerableTests {
    @Test("x")
    func x() throws {
        print(Trip.generationSchema.debugDescription)
        print(Trip.example.generatedContent.jsonString)
        #expect(try Trip(Trip.example.generatedContent) == .example)
        print(Encounter.generationSchema.debugDescription, Task.generationSchema, Tagged.generationSchema, Page<Trip>.generationSchema)
    }
}
