// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

extension ModelConfiguration {
    /// Reads in which order requests are run.
    static func scheduling(
        _ message: Inference_ModelConfig, instances: Int
    ) throws -> (Scheduling, [SequenceControl]) {
        switch message.schedulingChoice {
        case .sequenceBatching(let sequences):
            return (
                .sequences(try Self.sequences(message, sequences)),
                try sequences.controlInput.flatMap { try SequenceControl.all(of: $0, message) }
            )
        case .dynamicBatching(let batching): return (.batches(try Self.batches(message, batching)), [])
        case .ensembleScheduling, nil:
            var policy = BatchingPolicy()
            policy.maximumSize = max(1, Int(message.maxBatchSize))
            return (.batches(policy), [])
        }
    }

    private static func batches(
        _ message: Inference_ModelConfig, _ batching: Inference_ModelDynamicBatching
    ) throws -> BatchingPolicy {
        guard message.maxBatchSize > 0 else {
            throw Self.invalid(message, "dynamic_batching needs a max_batch_size of 1 or more")
        }
        guard batching.preferredBatchSize.allSatisfy({ 1...message.maxBatchSize ~= $0 }) else {
            throw Self.invalid(message, "a preferred_batch_size is not 1 to max_batch_size (\(message.maxBatchSize))")
        }
        guard batching.priorityLevels <= 1000, batching.defaultPriorityLevel <= batching.priorityLevels,
            batching.priorityQueuePolicy.keys.allSatisfy({ 1...max(1, batching.priorityLevels) ~= $0 })
        else { throw Self.invalid(message, "a priority is not 1 to priority_levels (\(batching.priorityLevels))") }
        guard batching.priorityLevels == 0 || batching.defaultPriorityLevel > 0 else {
            throw Self.invalid(message, "priority_levels needs a default_priority_level")
        }
        var policy = BatchingPolicy()
        policy.isDynamic = true
        policy.maximumSize = Int(message.maxBatchSize)
        policy.preferredSizes = batching.preferredBatchSize.map(Int.init)
        policy.maximumDelay = Self.nanoseconds(batching.maxQueueDelayMicroseconds)
        policy.preservesOrder = batching.preserveOrdering
        policy.priorities = Int(batching.priorityLevels)
        policy.defaultPriority = Int(batching.defaultPriorityLevel)
        policy.queue = QueuePolicy(batching.defaultQueuePolicy)
        for (priority, queue) in batching.priorityQueuePolicy { policy.queues[Int(priority)] = QueuePolicy(queue) }
        return policy
    }

    private static func sequences(
        _ message: Inference_ModelConfig, _ sequences: Inference_ModelSequenceBatching
    ) throws -> SequencePolicy {
        guard sequences.state.isEmpty, !sequences.iterativeSequence else {
            throw ServingError(
                .unsupported,
                "The model '\(message.name)' has implicit state or iterative sequences, which this server does not do.")
        }
        var policy = SequencePolicy()
        policy.maximumSize = max(1, Int(message.maxBatchSize))
        policy.places = policy.maximumSize
        if sequences.maxSequenceIdleMicroseconds > 0 {
            policy.maximumIdle = Self.nanoseconds(sequences.maxSequenceIdleMicroseconds)
        }
        switch sequences.strategyChoice {
        case .oldest(let oldest):
            guard 1...65_536 ~= oldest.maxCandidateSequences else {
                throw Self.invalid(message, "max_candidate_sequences is \(oldest.maxCandidateSequences)")
            }
            policy.places = Int(oldest.maxCandidateSequences)
            policy.maximumDelay = Self.nanoseconds(oldest.maxQueueDelayMicroseconds)
        case .direct(let direct):
            guard 0...1 ~= direct.minimumSlotUtilization else {
                throw Self.invalid(message, "minimum_slot_utilization is \(direct.minimumSlotUtilization), not 0 to 1")
            }
            policy.maximumDelay = Self.nanoseconds(direct.maxQueueDelayMicroseconds)
            policy.minimumShare = Double(direct.minimumSlotUtilization)
        case nil: break
        }
        return policy
    }

    static func nanoseconds(_ microseconds: UInt64) -> UInt64 {
        let (product, overflows) = microseconds.multipliedReportingOverflow(by: 1000)
        return overflows ? .max : product
    }
}

extension QueuePolicy {
    init(_ message: Inference_ModelQueuePolicy) {
        self.init()
        self.delays = message.timeoutAction == .delay
        self.defaultTime = ModelConfiguration.nanoseconds(message.defaultTimeoutMicroseconds)
        self.allowsOverride = message.allowTimeoutOverride
        self.maximumCount = Int(message.maxQueueSize)
    }
}
