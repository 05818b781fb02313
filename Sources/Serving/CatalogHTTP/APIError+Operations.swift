// SPDX-License-Identifier: Apache-2.0

internal import Experiments
internal import HTTPAPI
internal import HTTPTypes
internal import LLMCore
internal import ModelCatalog

extension APIError {
    /// Where the catalogue's errors meet HTTP; other codes are the server's own failures.
    static let catalogStatuses: [CatalogError.Code: HTTPResponse.Status] = [
        .unknown: .notFound, .invalidValue: .badRequest, .notAllowed: .conflict, .inUse: .conflict,
        .conflict: .conflict,
    ]

    /// Where the errors of experiments meet HTTP; other codes are the definition's or the outcome's fault.
    static let experimentStatuses: [ExperimentError.Code: HTTPResponse.Status] = [
        .unknown: .notFound, .conflict: .conflict, .unreadable: .internalServerError,
    ]

    /// Works, and tells what fails in the catalogue or in an experiment in HTTP's terms.
    static func telling<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as CatalogError {
            guard let status = self.catalogStatuses[error.code] else { throw error }
            throw APIError(status, error.message, code: error.codeName)
        } catch let error as ExperimentError {
            let status = self.experimentStatuses[error.code] ?? .badRequest
            guard status != .internalServerError else { throw error }
            throw APIError(status, error.message, code: error.codeName)
        }
    }
}
