// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import Dispatch
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What a call of a plugin gave.
struct PluginReply: Sendable {
    /// 0 for success.
    var status: Int32
    /// A JSON object: outputs, or an error.
    var bytes: [UInt8]
}

/// A plugin's library, loaded into this process and opened; closed and unloaded with this value, when no call is under way.
package final class PluginLibrary: Sendable {
    /// What was loaded.
    private struct Loaded: @unchecked Sendable {  // Its pointers never change; plugins say if calls may meet.
        let handle: UnsafeMutableRawPointer
        let table: UnsafePointer<autoglm_plugin>
        let state: UnsafeMutableRawPointer?

        func close() {
            self.table.pointee.close?(self.state)
            // What Swift's runtime has registered of a library, it never gives back: without its code the process would crash.
            if self.table.pointee.flags & AUTOGLM_PLUGIN_RESIDENT == 0 { dlclose(self.handle) }
        }
    }

    /// The most bytes that a call may give.
    static let maximumReplyBytes = 64 << 20

    private let name: String
    private let loaded: Loaded
    private let closesLater: Bool

    /// Loads a library and opens the plugin.
    ///
    /// - Parameters:
    ///   - path: The library, which nobody else can change.
    ///   - name: What it is called in messages.
    ///   - abi: The version of the interface that its manifest names.
    ///   - closesLater: Whether it is closed on a thread of its own, since nobody who lets go of it is to wait for foreign code.
    /// - Throws: ``PluginError`` that says what is wrong with the library.
    package init(path: String, name: String, abi: Int, closesLater: Bool = false) throws(PluginError) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw PluginError(.cannotLoad, "The library '\(name)' cannot be loaded: \(reason).")
        }
        do throws(PluginError) {
            let table = try Self.table(of: handle, name, abi: UInt32(clamping: abi))
            let state = try Self.opened(table, name)
            (self.name, self.closesLater) = (name, closesLater)
            self.loaded = Loaded(handle: handle, table: table, state: state)
        } catch {
            dlclose(handle)
            throw error
        }
    }

    deinit {
        guard self.closesLater else { return self.loaded.close() }
        let loaded = self.loaded
        DispatchQueue.global().async { loaded.close() }
    }

    private static func table(
        of handle: UnsafeMutableRawPointer, _ name: String, abi: UInt32
    ) throws(PluginError) -> UnsafePointer<autoglm_plugin> {
        guard let symbol = dlsym(handle, AUTOGLM_PLUGIN_ENTRY) else {
            throw PluginError(
                .cannotLoad, "'\(name)' is no plugin: it lacks the function '\(AUTOGLM_PLUGIN_ENTRY)' of CPluginABI.h.")
        }
        let entry = unsafeBitCast(symbol, to: autoglm_plugin_entry_function.self)
        guard let table = entry(abi), table.pointee.abi == abi else {
            throw PluginError(
                .wrongABI,
                "'\(name)' does not speak version \(abi) of the interface; compile it with this program's CPluginABI.h."
            )
        }
        if let missing = autoglm_plugin_missing(table) {
            throw PluginError(.cannotLoad, "'\(name)' lacks \(String(cString: missing)).")
        }
        return table
    }

    private static func opened(
        _ table: UnsafePointer<autoglm_plugin>, _ name: String
    ) throws(PluginError) -> UnsafeMutableRawPointer? {
        var state: UnsafeMutableRawPointer?
        guard let open = table.pointee.open else { return nil }
        let status = open(&state)
        guard status == 0 else {
            throw PluginError(.cannotLoad, "The plugin in '\(name)' cannot be opened (status \(status)).")
        }
        return state
    }

    // MARK: - What it says

    /// Whether its table has a flag.
    func has(_ flag: UInt32) -> Bool { self.loaded.table.pointee.flags & flag != 0 }

    /// What it says that it is, in JSON; nil if it says nothing.
    var description: String? { self.loaded.table.pointee.describe().map { String(cString: $0) } }

    /// The manifest that it gives, in JSON; nil if it gives none.
    var manifest: String? { autoglm_plugin_manifest(self.loaded.table).map { String(cString: $0) } }

    /// What is wrong with it; nil if nothing is.
    var complaint: String? { autoglm_plugin_health(self.loaded.table, self.loaded.state).map { String(cString: $0) } }

    /// How many bytes it says that it has allocated.
    var memory: UInt64 { autoglm_plugin_memory(self.loaded.table, self.loaded.state) }

    // MARK: - Calls

    /// Calls a step, and lends what it gave.
    ///
    /// - Throws: ``PluginError`` with code `.badReply` for a size that cannot be; what `body` throws.
    package func withReply<Result>(
        _ step: String, _ input: [UInt8], _ body: (Int32, UnsafeBufferPointer<UInt8>) throws -> Result
    ) throws -> Result {
        var reply = autoglm_reply()
        let status = step.withCString { name in
            input.withUnsafeBufferPointer { bytes in
                var call = autoglm_call(
                    size: UInt32(MemoryLayout<autoglm_call>.size), step: name, input: bytes.baseAddress,
                    input_count: bytes.count)
                return self.loaded.table.pointee.call(self.loaded.state, &call, &reply)
            }
        }
        defer { self.loaded.table.pointee.release(self.loaded.state, &reply) }
        // A size that no Int can hold is a negative number here.
        let count = reply.output_count
        guard (0...Self.maximumReplyBytes).contains(count) else {
            throw PluginError(
                .badReply,
                "The plugin in '\(self.name)' says that it gave \(UInt(bitPattern: count)) bytes; \(Self.maximumReplyBytes) are the most."
            )
        }
        return try body(status, UnsafeBufferPointer(start: reply.output, count: reply.output == nil ? 0 : count))
    }

    /// Calls a step.
    ///
    /// - Throws: ``PluginError`` with code `.badReply` for a size that cannot be.
    func call(_ step: String, _ input: [UInt8]) throws -> PluginReply {
        try self.withReply(step, input) { PluginReply(status: $0, bytes: Array($1)) }
    }
}
