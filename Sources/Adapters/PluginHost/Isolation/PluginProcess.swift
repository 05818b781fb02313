// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import CPluginProcess
internal import Dispatch
internal import LLMCore
internal import Synchronization

/// The process of one plugin: what `autoglm plugin-process` is.
///
/// It takes its rights from itself before it loads the library.
public enum PluginProcess {
    /// The first argument that makes a program this; nobody types it.
    public static let argument = "plugin-process"

    /// What a process is told: the library, its name, the interface's version, the memory's limit, and what it may do.
    struct Order {
        var library: String
        var folder: String
        var name: String
        var abi: Int
        var memory: Int
        var capabilities: Set<PluginCapability>

        var arguments: [String] {
            [
                PluginProcess.argument, self.library, self.folder, self.name, "\(self.abi)", "\(self.memory)",
                self.capabilities.sorted().map(\.rawValue).joined(separator: ","),
            ]
        }

        init(
            library: String, folder: String, name: String, abi: Int, memory: Int, capabilities: Set<PluginCapability>
        ) {
            (self.library, self.folder, self.name, self.abi) = (library, folder, name, abi)
            (self.memory, self.capabilities) = (memory, capabilities)
        }

        init?(_ arguments: [String]) {
            guard arguments.count == 7, arguments[0] == PluginProcess.argument, let abi = Int(arguments[4]),
                let memory = Int(arguments[5])
            else { return nil }
            let capabilities = arguments[6].split(separator: ",").compactMap { PluginCapability(rawValue: String($0)) }
            self.init(
                library: arguments[1], folder: arguments[2], name: arguments[3], abi: abi, memory: memory,
                capabilities: Set(capabilities))
        }

        /// The bits of CPluginProcess.h.
        var allowed: UInt32 {
            [(PluginCapability.network, CPP_NETWORK), (.files, CPP_FILES), (.processes, CPP_PROCESSES)]
                .reduce(0) { $0 | (self.capabilities.contains($1.0) ? $1.1 : 0) }
        }
    }

    /// What the system has refused the process by now, as the greeting tells.
    struct Greeting {
        var description: String?
        var complaint: String?
        var hasFilter: Bool
        var hasFileRules: Bool
        /// Whether it makes one call at a time.
        var isSerial: Bool

        var json: JSONValue {
            [
                "description": self.description.map { .string($0) } ?? .null,
                "complaint": self.complaint.map { .string($0) } ?? .null, "filter": .bool(self.hasFilter),
                "files": .bool(self.hasFileRules), "serial": .bool(self.isSerial),
            ]
        }
    }

    /// Serves calls until the other end of the socket is gone.
    ///
    /// It must be called before any other thread is there.
    /// - Parameter arguments: The program's arguments after its name.
    /// - Returns: The exit status; 64 where nobody has started it as a plugin's process.
    public static func run(_ arguments: [String]) -> Int32 {
        guard let order = Order(arguments), cpp_settle() == 0 else { return 64 }
        var done: UInt32 = 0
        var status = cpp_confine(order.allowed, order.folder, UInt64(clamping: order.memory), &done)
        if status == 0 { status = cpp_watch() }
        let output = Output()
        do throws(PluginError) {
            guard status == 0 else {
                throw PluginError(.cannotLoad, "The process of the plugin cannot be confined (error \(status)).")
            }
            let library = try PluginLibrary(path: order.library, name: order.name, abi: order.abi)
            let greeting = Greeting(
                description: library.description, complaint: library.complaint,
                hasFilter: done & CPP_HAS_FILTER != 0, hasFileRules: done & CPP_HAS_LANDLOCK != 0,
                isSerial: !Self.isConcurrent(library))
            output.send(0, PluginReply(status: 0, bytes: Array(greeting.json.serialized().utf8)))
            Self.serve(library, output)
            return 0
        } catch {
            output.send(0, .failure(error))
            return 1
        }
    }

    /// Whether calls may meet; otherwise they are made where they are read: nothing is faster, and no two ever meet.
    private static func isConcurrent(_ library: PluginLibrary) -> Bool {
        library.has(AUTOGLM_PLUGIN_CONCURRENT) && !library.has(AUTOGLM_PLUGIN_BRIEF)
    }

    private static func serve(_ library: PluginLibrary, _ output: Output) {
        let isConcurrent = Self.isConcurrent(library)
        let queue = DispatchQueue(label: "calls", attributes: .concurrent)
        let calls = DispatchGroup()
        var socket = PluginSocket(CPP_SOCKET)
        while true {
            switch socket.next() {
            case .frame(let body):
                guard let (number, step, input) = PluginFrame.call(in: body) else { return }
                if isConcurrent {
                    queue.async(group: calls) { output.send(number, Self.answer(library, step, input)) }
                } else {
                    output.send(number, Self.answer(library, step, input))
                }
            case .nothing: continue
            case .end, .nonsense:
                calls.wait()
                return
            }
        }
    }

    private static func answer(_ library: PluginLibrary, _ step: String, _ input: [UInt8]) -> PluginReply {
        do { return try library.call(step, input) } catch {
            return .failure(error as? PluginError ?? PluginError(.badReply, "\(error)"))
        }
    }

    /// The way out, for one frame at a time.
    private final class Output: Sendable {
        private let lock = Mutex(())

        func send(_ number: UInt64, _ reply: PluginReply) {
            let frame = PluginFrame.reply(number, reply)
            self.lock.withLock { _ in _ = PluginSocket.send(frame, to: CPP_SOCKET, isWaiting: true) }
        }
    }
}

extension PluginReply {
    /// A status that no plugin gives as it is: the process has something to say of the plugin.
    private static let ownStatus = Int32.min

    /// What the process says instead of the plugin.
    static func failure(_ error: PluginError) -> Self {
        let said: JSONValue = ["code": .string(error.code.rawValue), "message": .string(error.message)]
        return PluginReply(status: Self.ownStatus, bytes: Array(said.serialized().utf8))
    }

    /// What the process says instead of the plugin; nil for what the plugin says.
    var ownFailure: PluginError? {
        guard self.status == Self.ownStatus, let said = try? JSONValue(parsing: self.bytes),
            let message = said["message"]?.stringValue
        else { return nil }
        let known: [PluginError.Code] = [.cannotLoad, .wrongABI, .badReply]
        let code = known.first { $0.rawValue == said["code"]?.stringValue } ?? .badReply
        return PluginError(code, String(message.prefix(2_000)))
    }
}
