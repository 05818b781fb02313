// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// Runs in line, as a value that every process adds up from the same messages.
struct RunLine {
    /// A run in line, or one that was.
    struct Place {
        var ticket: RunTicket
        /// The sequence by which it came, after which others of its priority are served.
        var order: Int
        /// When it may be delivered; while a worker has it, when its lease runs out.
        var readyAt: Double
        /// The sequence of its last delivery, which tells leases apart.
        var lease = 0
        var deliveries = 0
        var worker: String?
        var asideReason: String?
        var isCancelled = false
        /// Whether it has left; it stays here for a while, so that whoever reads late learns of it.
        var isGone = false

        func isReady(at now: Double) -> Bool { !self.isGone && self.asideReason == nil && self.readyAt <= now }

        func isUnderWay(at now: Double) -> Bool { !self.isGone && self.worker != nil && self.readyAt > now }

        func isHeld(by lease: RunLease) -> Bool { !self.isGone && self.worker != nil && self.lease == lease.number }
    }

    private(set) var places: [String: Place] = [:]
    /// The last change that is in it.
    private(set) var sequence = 0

    subscript(run: String) -> Place? { self.places[run].flatMap { $0.isGone ? nil : $0 } }

    /// Takes over a change, unless it is in it already; nil changes nothing but the sequence.
    mutating func apply(_ place: Place?, at sequence: Int) {
        guard sequence > self.sequence else { return }
        self.sequence = sequence
        if let place { self.places[place.ticket.run] = place }
    }

    /// The run that comes next: of the tenant with the fewest under way, of these the one served longest ago.
    func next(at now: Double) -> Place? {
        var tenants: [String: (underWay: Int, served: Int, first: Place?)] = [:]
        for place in self.places.values {
            var tenant = tenants[place.ticket.tenant] ?? (0, 0, nil)
            tenant.served = max(tenant.served, place.lease)
            if place.isUnderWay(at: now) { tenant.underWay += 1 }
            if place.isReady(at: now), tenant.first.map({ Self.comes(place, before: $0) }) ?? true {
                tenant.first = place
            }
            tenants[place.ticket.tenant] = tenant
        }
        return tenants.filter { $0.value.first != nil }
            .min { ($0.value.underWay, $0.value.served, $0.key) < ($1.value.underWay, $1.value.served, $1.key) }?
            .value.first
    }

    private static func comes(_ place: Place, before other: Place) -> Bool {
        let (priority, otherPriority) = (place.ticket.priority, other.ticket.priority)
        return priority == otherPriority ? place.order < other.order : priority > otherPriority
    }

    /// What people see of it.
    func entries(limit: Int, at now: Double) -> [QueueEntry] {
        self.places.values.filter { !$0.isGone }.sorted { $0.order < $1.order }.prefix(limit).map { place in
            QueueEntry(
                ticket: place.ticket, deliveries: place.deliveries,
                worker: place.readyAt <= now ? nil : place.worker, asideReason: place.asideReason)
        }
    }
}

extension RunLine.Place {
    /// As it is kept.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "run": .string(self.ticket.run), "tenant": .string(self.ticket.tenant),
            "priority": .integer(self.ticket.priority), "order": .integer(self.order),
            "ready_at": .number(self.readyAt), "lease": .integer(self.lease), "deliveries": .integer(self.deliveries),
            "cancelled": .bool(self.isCancelled), "gone": .bool(self.isGone),
        ]
        for (name, text) in [("trace", self.ticket.trace), ("worker", self.worker), ("aside", self.asideReason)] {
            if let text { members[name] = .string(text) }
        }
        return JSONValue(sorted: members)
    }

    /// Reads what is kept; nil where it is something else.
    init?(_ json: JSONValue) {
        guard let run = json["run"]?.stringValue, let tenant = json["tenant"]?.stringValue,
            let priority = json["priority"]?.integerValue, let order = json["order"]?.integerValue,
            let readyAt = json["ready_at"]?.numberValue, let lease = json["lease"]?.integerValue,
            let deliveries = json["deliveries"]?.integerValue
        else { return nil }
        self.init(
            ticket: RunTicket(run, tenant: tenant, priority: priority, trace: json["trace"]?.stringValue), order: order,
            readyAt: readyAt, lease: lease, deliveries: deliveries, worker: json["worker"]?.stringValue,
            asideReason: json["aside"]?.stringValue, isCancelled: json["cancelled"]?.boolValue ?? false,
            isGone: json["gone"]?.boolValue ?? false)
    }
}
