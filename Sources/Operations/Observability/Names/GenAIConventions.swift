// SPDX-License-Identifier: Apache-2.0

/// Which of OpenTelemetry's conventions for generative AI names follow.
public enum GenAIConventions: Sendable, Hashable {
    /// The last ones of the common conventions, 1.41.
    case common
    /// Those of the conventions' own home, from 0.1, beside the common ones where they differ.
    case latest

    /// The standard switch: `OTEL_SEMCONV_STABILITY_OPT_IN` with `gen_ai_latest_experimental` in its list.
    public init(environment: [String: String]) {
        let wishes = (environment["OTEL_SEMCONV_STABILITY_OPT_IN"] ?? "").split(separator: ",")
        let isLatest = wishes.contains { $0.filter { $0 != " " } == "gen_ai_latest_experimental" }
        self = isLatest ? .latest : .common
    }
}
