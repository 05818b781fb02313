// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

extension Tally {
    /// The tally as a JSON object, to be sent to whoever merges.
    package var json: JSONValue {
        let moments = self.moments.sorted { $0.key < $1.key }.map { name, arms in
            (name, JSONValue.array(arms.map(Self.json)))
        }
        return [
            "experiment": .string(self.key), "arms": .array(self.arms.map { .string($0) }),
            "exposures": .array(self.exposures.map { .integer($0) }),
            "moments": .object(OrderedDictionary(moments, uniquingKeysWith: { first, _ in first })),
        ]
    }

    /// A tally that another process sent.
    ///
    /// - Parameters:
    ///   - json: What ``json`` gave there.
    ///   - experiment: The experiment that it must be of.
    /// - Throws: ``ExperimentError`` with code `.incompatible` if it is of another one or is damaged.
    package init(json: JSONValue, of experiment: Experiment) throws {
        self.init(experiment)
        let exposures = json["exposures"]?.arrayValue?.compactMap(\.integerValue) ?? []
        guard json["experiment"]?.stringValue == self.key,
            json["arms"]?.arrayValue?.map(\.stringValue) == self.arms.map(Optional.some),
            exposures.count == self.arms.count, exposures.allSatisfy({ Self.counts.contains($0) }),
            let members = json["moments"]?.objectValue, Set(members.keys) == Set(self.moments.keys)
        else { throw Self.damaged(self.key) }
        var moments: [String: [PairedMoments]] = [:]
        for (name, value) in members {
            let arms = value.arrayValue?.compactMap(Self.moments) ?? []
            guard arms.count == self.arms.count else { throw Self.damaged(self.key) }
            moments[name] = arms
        }
        self.restore(exposures: exposures, moments: moments)
    }

    /// What a count can be: small enough that any number of tallies can be added.
    private static let counts = 0...(1 << 48)

    private static func damaged(_ key: String) -> ExperimentError {
        ExperimentError(
            .incompatible, "This is no tally of '\(key)': send what its 'json' gives, from the same definition.")
    }

    private static func json(_ moments: PairedMoments) -> JSONValue {
        let sums = moments.sums
        return .array([
            .integer(moments.count), .number(moments.mean), .number(sums.squares), .number(moments.covariateMean),
            .number(sums.covariateSquares), .number(sums.products),
        ])
    }

    private static func moments(_ json: JSONValue) -> PairedMoments? {
        guard let values = json.arrayValue, values.count == 6, let count = values[0].integerValue,
            Self.counts.contains(count)
        else { return nil }
        let numbers = values.dropFirst().compactMap(\.numberValue)
        guard numbers.count == 5, numbers.allSatisfy(\.isFinite), numbers[1] >= 0, numbers[3] >= 0 else { return nil }
        return PairedMoments(
            count: count, mean: numbers[0], squares: numbers[1], covariateMean: numbers[2],
            covariateSquares: numbers[3], products: numbers[4])
    }
}
