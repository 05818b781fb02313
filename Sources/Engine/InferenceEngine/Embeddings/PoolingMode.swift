// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TransformerRuntime

/// How the hidden states of a text's tokens become one vector; the names are those of sentence-transformers.
package enum PoolingMode: String, Sendable, CaseIterable {
    /// The first token's.
    case cls
    /// The largest of each element.
    case max
    /// The average.
    case mean
    /// The sum, divided by the square root of the number of tokens.
    case meanSquareRoot = "mean_sqrt_len_tokens"
    /// The average, in which the n-th token counts n times.
    case weightedMean = "weightedmean"
    /// The last token's.
    case lastToken = "lasttoken"

    /// The key of `1_Pooling/config.json` that asks for it, before one key named all.
    var flag: String {
        switch self {
        case .cls: "pooling_mode_cls_token"
        case .max: "pooling_mode_max_tokens"
        case .mean: "pooling_mode_mean_tokens"
        case .meanSquareRoot: "pooling_mode_mean_sqrt_len_tokens"
        case .weightedMean: "pooling_mode_weightedmean_tokens"
        case .lastToken: "pooling_mode_lasttoken"
        }
    }

    /// Pools a text's hidden states.
    ///
    /// - Parameters:
    ///   - rows: The text's rows in the pass; not empty.
    ///   - skipped: Leading tokens that do not count, such as those of a prompt; fewer than there are rows.
    ///   - pass: Where the hidden states are.
    /// - Returns: As many floats as the model is wide.
    func pool(_ rows: Range<Int>, skipping skipped: Int, of pass: EncoderPass) -> [Float] {
        let counted = rows.dropFirst(skipped)
        let first = Array(pass.hidden(counted.startIndex))
        switch self {
        case .cls: return first
        case .lastToken: return Array(pass.hidden(rows.upperBound - 1))
        case .max:
            return counted.dropFirst().reduce(into: first) { result, row in
                for (index, value) in pass.hidden(row).enumerated() { result[index] = Swift.max(result[index], value) }
            }
        case .mean: return Self.sum(counted, of: pass, divisor: Float(counted.count)) { _ in 1 }
        case .meanSquareRoot: return Self.sum(counted, of: pass, divisor: Float(counted.count).squareRoot()) { _ in 1 }
        case .weightedMean:
            let weight = { (row: Int) in Float(row - rows.lowerBound + 1) }
            return Self.sum(counted, of: pass, divisor: counted.reduce(0) { $0 + weight($1) }, weight)
        }
    }

    private static func sum(
        _ rows: Range<Int>, of pass: EncoderPass, divisor: Float, _ weight: (Int) -> Float
    ) -> [Float] {
        var result = [Float](repeating: 0, count: pass.hidden(rows.lowerBound).count)
        for row in rows {
            let factor = weight(row)
            for (index, value) in pass.hidden(row).enumerated() { result[index] += factor * value }
        }
        for index in result.indices { result[index] /= divisor }
        return result
    }
}
